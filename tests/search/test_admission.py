"""An evaluation whose network does not fit beside the others waits for room: it holds no lease and loses no attempt."""

import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from search import services
from search.evolution.evaluation import Job, Progress, Runtime
from search.evolution.experiments.config import Protocol
from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.phenotype import build_phenotype
from search.models import Evaluation
from search.worker import admission, attempts
from search.worker.attempts import run_attempt
from search.worker.device_queue import entries
from search.worker.jobs import estimate_beside
from tests import trainers_with_estimates
from tests.processes import ROOT, eventually
from tests.search.searching import small_config, started

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Path:
    """The folder of the pretended device's shares."""
    settings.VAR_DIR = tmp_path
    monkeypatch.setenv(trainers_with_estimates.FOLDER, str(tmp_path / "device"))
    monkeypatch.setattr(attempts, "load_trainer", lambda: trainers_with_estimates.train)
    monkeypatch.setattr(admission, "ASK_SECONDS", 0.05)
    return tmp_path / "shares" / socket.gethostname() / "pretended"


@pytest.fixture
def neighbour(device: Path, tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Another process of this machine that trains on the device: 60 of its 100 bytes are taken."""
    (tmp_path / "device").mkdir()
    device.parent.mkdir(parents=True)
    device.symlink_to(tmp_path / "device" / "shares")
    command = [sys.executable, "-m", "tests.device_sharer", str(tmp_path / "device"), "60", "100", "10"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    eventually(lambda: device.exists() and [entry for entry in entries(device) if entry.trains], "it trains")
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def evaluation() -> Evaluation:
    experiment = started(small_config(individuals=1))
    [evaluation_id] = services.advance_experiment(experiment_id=experiment.pk)
    return Evaluation.objects.get(pk=evaluation_id)


@pytest.fixture
def attempt(evaluation: Evaluation) -> Iterator[Callable[[], threading.Thread]]:
    """Begins one in a thread, as a worker's process would."""
    threads: list[threading.Thread] = []

    def work() -> None:
        try:
            run_attempt(evaluation_id=evaluation.pk, worker="worker")
        finally:
            connection.close()

    def begin() -> threading.Thread:
        threads.append(threading.Thread(target=work))
        threads[-1].start()
        return threads[-1]

    yield begin
    for thread in threads:
        thread.join(30)


def waiting(device: Path) -> bool:
    return any(not entry.trains for entry in entries(device))


def test_it_waits_without_a_lease_and_starts_when_the_other_one_is_killed(
    device: Path,
    neighbour: "subprocess.Popen[bytes]",
    evaluation: Evaluation,
    attempt: Callable[[], threading.Thread],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        thread = attempt()
        eventually(lambda: waiting(device), "it waits for room")
        eventually(lambda: "waits for" in caplog.text, "and says so")
    evaluation.refresh_from_db()
    assert (evaluation.state, evaluation.attempts, evaluation.lease) == ("waiting", 0, "")
    neighbour.kill()
    thread.join(30)
    evaluation.refresh_from_db()
    assert (evaluation.state, evaluation.attempts) == ("done", 1)
    assert entries(device) == []


def test_what_nobody_wants_any_more_leaves_the_row(
    device: Path,
    neighbour: "subprocess.Popen[bytes]",
    evaluation: Evaluation,
    attempt: Callable[[], threading.Thread],
) -> None:
    thread = attempt()
    eventually(lambda: waiting(device), "it waits for room")
    services.pause_experiment(experiment_id=evaluation.individuals.get().experiment_id)
    thread.join(30)
    assert not thread.is_alive()
    evaluation.refresh_from_db()
    assert (evaluation.state, evaluation.attempts) == ("waiting", 0)
    assert [entry.bytes for entry in entries(device)] == [60]  # the neighbour's


def test_another_worker_takes_it_meanwhile(
    device: Path,
    neighbour: "subprocess.Popen[bytes]",
    evaluation: Evaluation,
    attempt: Callable[[], threading.Thread],
) -> None:
    thread = attempt()
    eventually(lambda: waiting(device), "it waits for room")
    assert services.claim_evaluation(evaluation_id=evaluation.pk, worker="elsewhere") is not None
    thread.join(30)
    evaluation.refresh_from_db()
    assert (evaluation.worker, evaluation.attempts) == ("elsewhere", 1)


def test_while_it_trains_it_holds_its_share_and_tells_when_it_has_its_memory(
    device: Path, evaluation: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[bool, bool]] = []

    def watched(progress: Callable[[Progress], None]) -> None:
        for step in (1, admission.SETTLED_STEP):
            progress(Progress(step, 10, 0.0))
            seen.extend((entry.trains, entry.settled) for entry in entries(device))

    monkeypatch.setattr(trainers_with_estimates, "during", watched)
    run_attempt(evaluation_id=evaluation.pk, worker="worker")
    assert seen == [(True, False), (True, True)]
    assert entries(device) == []


def test_where_shares_cannot_be_kept_trainings_go_on(
    device: Path, evaluation: Evaluation, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "shares").write_text("no folder")
    run_attempt(evaluation_id=evaluation.pk, worker="worker")
    evaluation.refresh_from_db()
    assert evaluation.state == "done"
    assert "cannot be kept" in caplog.text


def test_the_real_trainer_says_what_it_needs(evaluation: Evaluation) -> None:
    from search.training.trainer import estimate, evaluate  # noqa: PLC0415 - torch takes seconds

    assert estimate_beside(evaluate) is estimate
    row = evaluation.genotype
    genotype = Genotype.of_row(row)
    protocol = Protocol.model_validate(evaluation.protocol)
    need = estimate(Job(genotype, build_phenotype(genotype), protocol, runtime=Runtime(device="cpu")))
    memory = need.memory()
    assert need.device == "cpu"
    assert (
        0
        < need.bytes
        < memory.free
        <= memory.total
        < os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    )
