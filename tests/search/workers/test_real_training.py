"""The real trainer in a real worker, on images that ship with the installation."""

import pytest

from search import tasks
from search.models import FitnessRecord
from tests.conftest import StartWorker
from tests.search.searching import ends, small_config, started

pytestmark = [pytest.mark.service, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_worker_trains_real_networks_on_real_images(start_worker: StartWorker) -> None:
    start_worker(trainer="search.training.trainer.evaluate")
    protocol = {"channels": 4, "steps": 160, "batch_size": 32, "learning_rate": 0.05, "repeats": 2}
    experiment = started(small_config(individuals=2, in_flight=1, protocol=protocol))
    tasks.nudge_experiment(experiment.pk)
    ends(experiment, seconds=150)
    assert (experiment.evaluated, experiment.failed) == (2, 0), experiment.individuals.values("reason")
    assert experiment.best is not None
    assert experiment.best.fitness is not None
    assert experiment.best.fitness > 0.25  # ten classes: guessing gives 0.1
    record = FitnessRecord.objects.order_by("pk")[0]
    assert record.device.startswith(("cpu", "cuda"))
    assert record.curve[-1]["step"] == 160
    assert record.curve[-1]["validation_accuracy"] == pytest.approx(record.accuracy)
