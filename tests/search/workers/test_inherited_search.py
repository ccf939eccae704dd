"""Searches by edits whose children inherit weights, through broker and worker, on digits."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from search import tasks
from search.models import Individual
from tests.conftest import StartWorker
from tests.search.searching import ends, small_config, started

pytestmark = [pytest.mark.service, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SPACE = {"levels": [{"motifs": 2, "nodes": 3}, {"motifs": 1, "nodes": 3}]}
PROTOCOL = {
    "channels": 4,
    "steps": 40,
    "batch_size": 32,
    "learning_rate": 0.05,
    "train_images": 400,
    "validation_images": 200,
    "evaluator": {"kind": "inherit"},
}


@pytest.mark.parametrize(
    "strategy",
    [{"kind": "edits", "first_edges": 3}, {"kind": "pareto", "morphisms": 1.0}],
    ids=["edits", "pareto"],
)
def test_a_search_by_edits_trains_children_from_their_parents_weights_to_its_end(
    start_worker: StartWorker, settings: Settings, tmp_path: Path, strategy: dict[str, Any]
) -> None:
    settings.CHECKPOINT_DIR = tmp_path / "checkpoints"
    start_worker(trainer="search.training.trainer.evaluate")
    told = {"initial_population": 3, "initial_mutations": 50} | strategy
    config = small_config(individuals=10, in_flight=1, space=SPACE, strategy=told, protocol=PROTOCOL)
    experiment = started(config)
    tasks.nudge_experiment(experiment.pk)
    ends(experiment, seconds=600)
    assert (experiment.evaluated, experiment.failed) == (10, 0), experiment.individuals.values("reason")
    rows = list(Individual.objects.select_related("evaluation").order_by("step"))
    children = [row for row in rows if row.parent_id is not None]
    assert len(children) == 7
    inherited = [row for row in children if "parent" in row.evaluation.context]
    assert len(inherited) >= 5
    # One that begins where its parent ended gets further than those that began with nothing.
    assert max(row.fitness or 0 for row in inherited) > max(row.fitness or 0 for row in rows[:3])
