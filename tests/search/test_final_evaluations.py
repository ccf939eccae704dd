"""Final evaluations: asked for, trained on all training images, scored on the test set, killed and resumed."""

from typing import Any

import pytest

from search.artifacts.finals import run_checkpoint, run_weights
from search.evolution.experiments.config import Protocol
from search.evolution.finals.presets import final_from_preset
from search.models import Experiment, FinalEvaluation, FinalRun, FitnessRecord, WorkState
from search.selectors.finals import best_individuals, final_runs, summarise
from search.services.finals.asking import retry_final, stop_final
from search.services.finals.of_searches import ask_for_finals
from search.worker.attempts import load_trainer
from search.worker.final_attempts import run_final_attempt
from tests.conftest import INSTANT_TRAINER
from tests.search.searching import small_config, started, work_off

pytestmark = pytest.mark.django_db
SHORT = {"steps": 4, "batch_size": 32, "channels": 4, "repeats": 2}


@pytest.fixture
def search(settings: Any, tmp_path: Any) -> Experiment:
    """A finished search whose networks were never trained."""
    settings.TRAINER, settings.CHECKPOINT_DIR = INSTANT_TRAINER, tmp_path
    load_trainer.cache_clear()
    return work_off(started(small_config(individuals=8)))


def asked(search: Experiment, **over: Any) -> FinalEvaluation:
    [row] = ask_for_finals(best_individuals(search, 1), over=SHORT | over)
    return row


def test_a_run_is_scored_on_every_test_image_and_on_no_other(search: Experiment) -> None:
    row = asked(search)
    before = list(FitnessRecord.objects.values_list("pk", "accuracy"))
    run_final_attempt(final_id=row.pk, worker="worker")
    row.refresh_from_db()
    runs = final_runs(row)
    assert (row.state, row.reason, row.test_images, row.seen) == (WorkState.DONE, "", 360, 0)
    for run in runs:
        assert sum(count for _, _, count in run.confusion) == 360
        right = sum(count for label, predicted, count in run.confusion if label == predicted)
        assert run.accuracy == right / 360
        assert run.top5 >= run.accuracy
        assert [point["validation_accuracy"] for point in run.curve] == [None] * len(run.curve)
    summary = summarise(row, runs)
    assert summary is not None
    assert summary.mean == pytest.approx(sum(run.accuracy for run in runs) / 2)
    assert sum(row.images for row in summary.classes) == 360
    assert runs[0].seed != runs[1].seed
    assert list(FitnessRecord.objects.values_list("pk", "accuracy")) == before


def test_asked_for_again_it_is_the_same_one_and_more_runs_go_on(search: Experiment) -> None:
    first = asked(search, repeats=1)
    run_final_attempt(final_id=first.pk, worker="worker")
    kept = FinalRun.objects.get()
    assert asked(search, repeats=1).state == WorkState.DONE
    more = asked(search, repeats=2)
    assert (more.pk, more.state) == (first.pk, WorkState.WAITING)
    run_final_attempt(final_id=first.pk, worker="worker")
    assert [run.run for run in final_runs(more)] == [0, 1]
    assert final_runs(more)[0].created_at == kept.created_at


def test_another_recipe_is_another_final_evaluation(search: Experiment) -> None:
    assert asked(search).pk != asked(search, label_smoothing=0.1).pk
    assert asked(search, validation_images=100).pk == asked(search, train_images=500).pk


def test_a_stopped_one_keeps_its_runs_and_goes_on_when_tried_again(search: Experiment) -> None:
    row = asked(search, repeats=1)
    run_final_attempt(final_id=row.pk, worker="worker")
    asked(search, repeats=2)
    assert stop_final(final_id=row.pk).state == WorkState.CANCELLED
    assert not run_final_attempt(final_id=row.pk, worker="worker")
    assert FinalRun.objects.count() == 1
    retry_final(final_id=row.pk)
    run_final_attempt(final_id=row.pk, worker="worker")
    row.refresh_from_db()
    assert (row.state, FinalRun.objects.count()) == (WorkState.DONE, 2)


def test_one_that_outlives_its_attempts_goes_on_from_its_state_to_the_same_weights(
    search: Experiment, settings: Any
) -> None:
    row = asked(search, repeats=1)
    run_final_attempt(final_id=row.pk, worker="worker")
    keys: dict[str, Any] = {"phenotype_key": row.phenotype_key, "protocol_key": row.protocol_key, "run": 0}
    path = run_weights(**keys)
    assert path is not None
    whole, accuracy = path.read_bytes(), FinalRun.objects.get().accuracy
    FinalRun.objects.all().delete()
    path.unlink()
    FinalEvaluation.objects.update(state=WorkState.WAITING)
    settings.CELERY_TASK_SOFT_TIME_LIMIT = 0  # every attempt's time is over at once
    settings.HEARTBEAT_SECONDS = 0
    attempts = 0
    while not FinalRun.objects.exists():
        attempts += 1
        assert attempts < 30
        if run_final_attempt(final_id=row.pk, worker="worker"):
            assert run_checkpoint(**keys).load() is not None
    assert attempts > 1
    assert path.read_bytes() == whole
    assert FinalRun.objects.get().accuracy == accuracy
    row.refresh_from_db()
    assert (row.state, row.attempts) == (WorkState.DONE, 1)


def test_a_folder_without_test_images_fails_with_the_reason(search: Experiment, tmp_path: Any) -> None:
    row = asked(search, dataset="folder:nothing-here", image_size=8)
    run_final_attempt(final_id=row.pk, worker="worker")
    row.refresh_from_db()
    assert (row.state, row.reason_code) == (WorkState.FAILED, "dataset_unavailable")
    assert "nothing-here" in row.reason


def test_presets_keep_what_the_search_has_and_fit_its_images() -> None:
    searched = Protocol(dataset="digits", channels=8, steps=60, validation_images=1000)
    large = final_from_preset("paper-large", searched)
    assert (large.steps, large.channels, large.cells, large.repeats) == (80_000, 64, 2, 5)
    assert large.learning_rate_drops == (40_000, 60_000, 70_000)
    assert (large.crop, large.flip) == (6, False)  # 24 of 32 pixels; a digit in a mirror is none
    cifar = final_from_preset("paper-large", Protocol(dataset="cifar10", validation_images=10_000))
    assert (cifar.crop, cifar.flip, cifar.weight_decay) == (24, True, 3e-4)
    imagenet = final_from_preset("paper-imagenet", searched)
    assert (imagenet.host, imagenet.steps, imagenet.image_size) == ("imagenet", 200_000, 299)
    assert (imagenet.crop, imagenet.resized_crop, imagenet.flip) == (None, 0.08, False)
    assert final_from_preset("short", searched).channels == 8
    assert final_from_preset("laptop-large", searched).channels == 16
