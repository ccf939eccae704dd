"""A final evaluation takes its turn on a device as an evaluation does: it waits for room without a lease."""

import socket
import threading
from pathlib import Path

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from search.evolution.evaluation import DeviceMemory
from search.models import FinalEvaluation
from search.selectors.finals import best_individuals
from search.services.finals.asking import stop_final
from search.services.finals.of_searches import ask_for_finals
from search.worker import admission, final_attempts
from search.worker.device_queue import entries, share_of
from search.worker.final_attempts import run_final_attempt
from tests import trainers_with_estimates
from tests.processes import eventually
from tests.search.searching import small_config, started, work_off

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Path:
    """The folder of the pretended device's shares."""
    settings.VAR_DIR = tmp_path
    (tmp_path / "device").mkdir()
    monkeypatch.setenv(trainers_with_estimates.FOLDER, str(tmp_path / "device"))
    monkeypatch.setattr(final_attempts, "FINAL_TRAINER", "tests.trainers_with_estimates")
    monkeypatch.setattr(admission, "ASK_SECONDS", 0.05)
    return tmp_path / "shares" / socket.gethostname() / "pretended"


@pytest.fixture
def final() -> FinalEvaluation:
    [row] = ask_for_finals(best_individuals(work_off(started(small_config(individuals=2))), 1))
    return row


def test_it_waits_for_room_without_a_lease_and_leaves_the_row_when_it_is_stopped(
    device: Path, final: FinalEvaluation
) -> None:
    taken = trainers_with_estimates.BYTES
    memory = DeviceMemory(free=100 - taken, total=100)

    def attempt() -> None:
        try:
            run_final_attempt(final_id=final.pk, worker="worker")
        finally:
            connection.close()

    with share_of(device, bytes=taken, most=10, memory=lambda: memory, wanted=lambda: True):
        thread = threading.Thread(target=attempt)
        thread.start()
        eventually(lambda: any(not entry.trains for entry in entries(device)), "it waits for room")
        final.refresh_from_db()
        assert (final.state, final.attempts, final.lease) == ("waiting", 0, "")
        stop_final(final_id=final.pk)
        thread.join(30)
        assert not thread.is_alive()
        assert [entry.bytes for entry in entries(device)] == [taken]
    final.refresh_from_db()
    assert (final.state, final.attempts) == ("cancelled", 0)
