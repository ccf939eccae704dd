"""A worker that is killed in the middle of a final training: another one goes on to the same weights."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from search import tasks
from search.artifacts.finals import run_checkpoint
from search.evolution.evaluation import Runtime
from search.evolution.experiments.config import Protocol
from search.evolution.finals.protocol import run_seed
from search.evolution.finals.scores import FinalJob
from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.phenotype import build_phenotype
from search.models import Experiment, FinalEvaluation, FinalRun, WorkState
from search.selectors.finals import best_individuals
from search.services.finals.of_searches import ask_for_finals
from search.training.finals.entry import train
from search.worker.attempts import load_trainer
from tests.conftest import INSTANT_TRAINER, StartWorker
from tests.processes import eventually
from tests.search.searching import small_config, started, work_off

pytestmark = [pytest.mark.service, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def search(settings: Settings) -> Experiment:
    settings.TRAINER = INSTANT_TRAINER
    load_trainer.cache_clear()
    return work_off(started(small_config(individuals=5)))


def test_a_killed_final_training_goes_on_to_the_same_weights(
    search: Experiment, start_worker: StartWorker, settings: Settings, tmp_path: Path
) -> None:
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"
    [row] = ask_for_finals(
        best_individuals(search, 1), over={"steps": 30, "batch_size": 32, "channels": 4, "repeats": 1}
    )
    keys: dict[str, Any] = {"phenotype_key": row.phenotype_key, "protocol_key": row.protocol_key, "run": 0}
    quick = {
        "NASWEB_CHECKPOINT_SECONDS": "0.05",
        "NASWEB_HEARTBEAT_SECONDS": "0.05",
        "NASWEB_LEASE_SECONDS": "10",
    }
    first = start_worker(name="first", **quick)
    tasks.nudge_final(row.pk)
    eventually(lambda: run_checkpoint(**keys).load() is not None, "the run has saved its state")
    first.kill()
    assert FinalRun.objects.count() == 0
    start_worker(name="second", clock=True, **quick)
    over = (WorkState.DONE, WorkState.FAILED)
    eventually(
        lambda: FinalEvaluation.objects.get().state in over, "another worker ends the run", seconds=240
    )
    row.refresh_from_db()
    assert (row.state, row.reason) == (WorkState.DONE, "")
    run = FinalRun.objects.get()
    assert (run.worker, run.attempt) == ("second@test", 2)

    job = FinalJob(
        build_phenotype(Genotype.of_row(row.genotype)),
        Protocol.model_validate(row.protocol),
        0,
        run_seed(row.phenotype_key, row.protocol_key, 0),
        Runtime(device="cpu"),
    )
    unbroken = train(job, progress=lambda _: None)
    path = tmp_path / "checkpoints" / "finals" / f"{row.phenotype_key}-{row.protocol_key}-0.pt"
    assert path.read_bytes() == unbroken.weights
    assert run.accuracy == unbroken.accuracy
