"""Halving of real trainings: who is let on ends as if it had never waited, bit for bit on a CPU."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from search.evolution.decisions import RUNGS
from search.evolution.experiments.config import DEFAULT_TRAINER, ExperimentConfig
from search.models import FitnessRecord
from search.training.loop.run import CURVE_POINTS, SCORED_POINTS
from search.worker import attempts
from tests.search.searching import forget_everything, small_config, started, work_off

pytestmark = pytest.mark.django_db


def config(halving: int) -> ExperimentConfig:
    return small_config(
        individuals=4,
        in_flight=1,
        space={"levels": [{"motifs": 1, "nodes": 3}]},
        strategy={"kind": "random"},
        protocol={"steps": 8, "batch_size": 32, "validation_images": 100},
        decisions={"halving": halving, "rungs": 1},
    )


def test_rungs_are_the_points_at_which_the_trainer_scores() -> None:
    assert [place / CURVE_POINTS for place in SCORED_POINTS] == [*RUNGS, 1.0]


def test_who_waited_at_a_rung_ends_as_if_it_had_not(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.TRAINER, settings.CHECKPOINT_DIR, settings.DEVICE = DEFAULT_TRAINER, tmp_path, "cpu"
    attempts.load_trainer.cache_clear()
    caplog.set_level("INFO")
    try:
        whole = work_off(started(config(0)))
        straight = dict(FitnessRecord.objects.values_list("seed", "accuracy"))
        assert (whole.evaluated, whole.stopped_early) == (4, 0)
        forget_everything()
        halved = work_off(started(config(2)))
    finally:
        attempts.load_trainer.cache_clear()
    assert (halved.state, halved.evaluated, halved.stopped_early) == ("finished", 2, 2)
    found = dict(FitnessRecord.objects.values_list("seed", "accuracy"))
    assert len(found) == 2
    assert found.items() <= straight.items()
    assert "goes on after step 2 of 8" in caplog.text
