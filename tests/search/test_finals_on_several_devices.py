"""Final evaluations on two processes: they end, and a killed one is tried again from its state with any number."""

import os
import signal
from collections.abc import Sequence
from typing import Any

import pytest

from search.artifacts.finals import run_checkpoint
from search.evolution.evaluation import CurvePoint
from search.models import Experiment, FinalEvaluation, FinalRun, WorkState
from search.selectors.finals import best_individuals
from search.services.finals import attempts
from search.services.finals.attempts import FinalClaim
from search.services.finals.of_searches import ask_for_finals
from search.worker.attempts import load_trainer
from search.worker.final_attempts import run_final_attempt
from tests.conftest import INSTANT_TRAINER
from tests.search.searching import small_config, started, work_off
from tests.training.states import read
from tests.training.team import TWO, processes_of

pytestmark = pytest.mark.django_db
SHORT = {"steps": 40, "batch_size": 32, "channels": 4, "repeats": 1}


@pytest.fixture
def row(settings: Any, tmp_path: Any) -> FinalEvaluation:
    """Of a search whose networks were never trained."""
    settings.TRAINER, settings.CHECKPOINT_DIR = INSTANT_TRAINER, tmp_path
    settings.VAR_DIR, settings.FINAL_DEVICES = tmp_path, list(TWO)
    settings.HEARTBEAT_SECONDS, settings.CHECKPOINT_SECONDS = 0, 0.01
    load_trainer.cache_clear()
    search: Experiment = work_off(started(small_config(individuals=4)))
    [found] = ask_for_finals(best_individuals(search, 1), over=SHORT)
    return found


def kill_after(monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    """At the first heartbeat that is so far, the second process is killed."""
    heartbeat = attempts.heartbeat_final

    def beat(*, claim: FinalClaim, progress: float, live_curve: Sequence[CurvePoint]) -> bool:
        if progress >= share:
            for number in processes_of(os.getpid())[1:]:
                os.kill(number, signal.SIGKILL)
        return heartbeat(claim=claim, progress=progress, live_curve=live_curve)

    monkeypatch.setattr(attempts, "heartbeat_final", beat)


def test_a_killed_process_costs_an_attempt_and_the_next_goes_on_with_one_device(
    row: FinalEvaluation, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    with monkeypatch.context() as patched:
        kill_after(patched, 0.3)
        assert run_final_attempt(final_id=row.pk, worker="worker"), "it is sent again at once"
    row.refresh_from_db()
    assert (row.state, row.attempts, row.device) == (WorkState.WAITING, 1, "cpu, cpu")
    assert row.reason == "In attempt 1 process 2 of 2 on cpu was killed by signal 9 (SIGKILL)."
    settings.FINAL_DEVICES = []
    keys = {"phenotype_key": row.phenotype_key, "protocol_key": row.protocol_key}
    state = run_checkpoint(**keys, run=0).load()
    assert state is not None
    assert read(state)["step"] > 0
    run_final_attempt(final_id=row.pk, worker="worker")
    row.refresh_from_db()
    assert (row.state, row.test_images) == (WorkState.DONE, 360)
    assert FinalRun.objects.get().attempt == 2


def test_it_ends_on_two_processes_and_counts_the_time_of_both(row: FinalEvaluation) -> None:
    assert not run_final_attempt(final_id=row.pk, worker="worker")
    row.refresh_from_db()
    run = FinalRun.objects.get()
    assert (row.state, row.device, run.device) == (WorkState.DONE, "2 × cpu", "2 × cpu")
    assert sum(count for _, _, count in run.confusion) == 360
    assert run.seconds >= 2 * run.curve[-1]["seconds"]
    assert row.train_seconds == run.seconds


def test_the_last_attempt_whose_process_is_killed_fails_it(
    row: FinalEvaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    FinalEvaluation.objects.update(max_attempts=1)
    kill_after(monkeypatch, 0.0)
    assert not run_final_attempt(final_id=row.pk, worker="worker")
    row.refresh_from_db()
    assert (row.state, row.reason_code) == (WorkState.FAILED, "worker_lost")
    assert "process 2 of 2" in row.reason
