"""Workers of a cluster: they end by themselves or by a scheduler's signal, and nothing counts as a failed attempt."""

import os
import random
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import connection

from search import tasks
from search.models import Evaluation, Worker
from search.worker.lifetime import Lifetime, drawn_lifetime, duration
from tests.processes import Running, database_url, eventually
from tests.search.searching import ends, small_config, started
from tests.search.workers.conftest import Gate
from tests.trainers import SIGNAL

pytestmark = [pytest.mark.service, pytest.mark.django_db(transaction=True)]


class ClusterWorker(Running):
    """`manage.py worker` as an allocation starts it, on the test's database and broker."""

    command: tuple[str, ...] = ("manage.py", "worker", "--processes", "1", "--name")

    def __init__(self, folder: Path, broker: str, name: str, *options: str, **environment: str) -> None:
        command = [sys.executable, *self.command, name, *options]
        surroundings = {
            "DATABASE_URL": database_url(connection.settings_dict),
            "REDIS_URL": broker,
            "NASWEB_VAR_DIR": str(folder),
            "NASWEB_DATA_DIR": str(settings.DATA_DIR),
            "NASWEB_SECRET_KEY": "only for tests",
            "CELERY_SKIP_CHECKS": "1",
            "NASWEB_TRAINER": environment.pop("trainer"),
            **environment,
        }
        super().__init__(command, folder / f"{name}.log", environment=surroundings)

    def is_ready(self) -> None:
        eventually(lambda: self.said("ready."), "the worker is ready")

    def has_ended(self) -> int:
        eventually(lambda: self.process.poll() is not None, f"the worker ends:\n{self.log[-2000:]}")
        return self.process.returncode


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def in_training(
    transactional_db: None, broker: str, tmp_path: Path, gate: Gate, stack: ExitStack
) -> ClusterWorker:
    """A worker in the middle of a training, with one repeat recorded."""
    worker = stack.enter_context(ClusterWorker(tmp_path, broker, "node1", **gate.environment))
    worker.is_ready()
    experiment = started(small_config(individuals=1, in_flight=1, protocol={"repeats": 2}))
    tasks.advance(experiment.pk)  # no worker of steps is there
    gate.await_training()
    return worker


@pytest.mark.parametrize(
    "number, everybody",
    [(signal.SIGTERM, True), (signal.SIGUSR1, True), (signal.SIGUSR2, True), (signal.SIGUSR1, False)],
    ids=["TERM to all", "USR1 to all", "USR2 to all", "USR1 to the worker"],
)
def test_a_signal_of_the_scheduler_is_a_clean_end(
    in_training: ClusterWorker, number: signal.Signals, everybody: bool
) -> None:
    """Slurm signals the worker, or every process of the step."""
    if everybody:
        in_training.send(number)
    else:
        os.kill(in_training.pid, number)
    assert in_training.has_ended() == 0
    evaluation = Evaluation.objects.get()
    assert (evaluation.state, evaluation.attempts, evaluation.reason) == ("waiting", 0, "")
    assert evaluation.records.count() == 1
    assert Worker.objects.get(name="training@node1").stopped_at is not None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2])
def test_a_signal_between_a_training_s_end_and_its_record_loses_no_training(
    transactional_db: None, broker: str, tmp_path: Path, stack: ExitStack, number: signal.Signals
) -> None:
    settings_of = {"trainer": "tests.trainers.signalled_trainer", SIGNAL: str(int(number))}
    worker = stack.enter_context(ClusterWorker(tmp_path, broker, "node1", **settings_of))
    worker.is_ready()
    experiment = started(small_config(individuals=1, in_flight=1))
    tasks.advance(experiment.pk)
    eventually(Evaluation.objects.filter(records__isnull=False).exists, "the training is recorded")
    ends(experiment)
    evaluation = Evaluation.objects.get()
    assert (evaluation.state, evaluation.attempts) == ("done", 1)


def test_a_lifetime_that_is_over_is_a_clean_end_and_another_worker_goes_on(
    transactional_db: None, broker: str, tmp_path: Path, gate: Gate, stack: ExitStack
) -> None:
    limit = {"NASWEB_CHECKPOINT_SECONDS": "1", **gate.environment}
    first = stack.enter_context(ClusterWorker(tmp_path, broker, "node1", "--lifetime", "60s", **limit))
    first.is_ready()
    experiment = started(small_config(individuals=3, in_flight=2, protocol={"repeats": 2}))
    tasks.advance(experiment.pk)
    gate.await_training()
    assert first.has_ended() == 0
    assert {(row.state, row.attempts) for row in Evaluation.objects.all()} == {("waiting", 0)}
    gate.open()
    second = stack.enter_context(ClusterWorker(tmp_path, broker, "node2", **gate.environment))
    second.is_ready()
    for evaluation in Evaluation.objects.all():
        tasks.evaluate.delay(evaluation.pk)
    ends(experiment)
    assert {row.attempts for row in Evaluation.objects.all()} == {1}


class CeleryWorker(ClusterWorker):
    """Celery's own command, with its own prefetching."""

    command = ("-m", "celery", "--app", "nasweb", "worker", "--queues", "training", "--concurrency", "1",
               "--loglevel", "INFO", "--prefetch-multiplier", "4", "--hostname")  # fmt: skip


@pytest.mark.parametrize("disabled, hidden", [(False, 2), (True, 0)])
def test_a_busy_worker_hides_messages_unless_prefetching_is_disabled(
    transactional_db: None,
    broker: str,
    tmp_path: Path,
    gate: Gate,
    stack: ExitStack,
    disabled: bool,
    hidden: int,
) -> None:
    """Why `manage.py worker` sets worker_disable_prefetch: it hides nothing, whatever the multiplier is."""
    options = ["--disable-prefetch"] if disabled else []
    worker = stack.enter_context(CeleryWorker(tmp_path, broker, "node1@test", *options, **gate.environment))
    worker.is_ready()
    await_hidden(gate, broker, hidden)


def test_a_busy_worker_of_a_cluster_hides_nothing(
    in_training: ClusterWorker, gate: Gate, broker: str
) -> None:
    await_hidden(gate, broker, 0)


def await_hidden(gate: Gate, broker: str, hidden: int) -> None:
    """While one evaluation is trained, two more messages are sent: so many of them disappear into the worker."""
    if not Evaluation.objects.exists():
        tasks.advance(started(small_config(individuals=1, in_flight=1, protocol={"repeats": 2})).pk)
    gate.await_training()
    for number in (1, 2):
        tasks.evaluate.delay(10**6 + number)
    with redis.Redis.from_url(broker) as client:

        def settled() -> bool:
            taken = client.hlen(next(bytes(key) for key in client.scan_iter() if key.endswith(b"unacked")))
            left = client.llen(queue_of(client)) if hidden < 2 else 0
            return bool((taken, left) == (1 + hidden, 2 - hidden))

        eventually(settled, f"{hidden} of 2 messages are hidden")
        for _ in range(3):  # it looks again once a second at the latest
            client.blpop("nothing comes here", timeout=1)
            assert settled()


def test_towards_its_end_a_worker_takes_nothing_that_could_not_reach_a_checkpoint(
    transactional_db: None, broker: str, tmp_path: Path, gate: Gate, stack: ExitStack
) -> None:
    """Of 48 s it needs 15 to end, 30 to begin a training, 1 to a checkpoint: after two it takes no more."""
    limit = {"NASWEB_CHECKPOINT_SECONDS": "1", **gate.environment}
    worker = stack.enter_context(ClusterWorker(tmp_path, broker, "node1", "--lifetime", "48s", **limit))
    eventually(lambda: worker.said("Canceling queue training"), "it takes no more", seconds=600)
    tasks.advance(started(small_config(individuals=1, in_flight=1)).pk)
    with redis.Redis.from_url(broker) as client:
        client.blpop("nothing comes here", timeout=3)
        assert client.llen(queue_of(client)) == 1
    assert worker.process.poll() is None
    assert Evaluation.objects.get().claimed_at is None


def test_each_gpu_has_a_worker_that_sees_no_other_and_all_end_together(
    transactional_db: None, broker: str, tmp_path: Path, gate: Gate, stack: ExitStack
) -> None:
    options = ("--gpus", "3,5")
    parent = stack.enter_context(
        ClusterWorker(tmp_path, broker, "node1", *options, NASWEB_DEVICE="cpu", **gate.environment)
    )
    eventually(lambda: parent.log.count("ready.") == 2, "both workers are ready", seconds=600)
    seen = {}
    for child in Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split():
        variables = Path(f"/proc/{child}/environ").read_text().split("\0")
        seen[child] = next(row for row in variables if row.startswith("CUDA_VISIBLE_DEVICES="))
    assert sorted(seen.values()) == ["CUDA_VISIBLE_DEVICES=3", "CUDA_VISIBLE_DEVICES=5"]
    os.kill(parent.pid, signal.SIGUSR1)
    assert parent.has_ended() == 0
    left = Worker.objects.exclude(stopped_at=None).values_list("name", flat=True)
    assert set(left) == {"training@node1-gpu3", "training@node1-gpu5"}


def queue_of(client: "redis.Redis") -> bytes:
    """The list of messages; its binding's name ends alike."""
    return next(
        bytes(key) for key in client.scan_iter() if key.endswith(b"training") and b"binding" not in key
    )


def test_times_are_read_as_people_write_them() -> None:
    assert [duration(text) for text in ("55m", "1h30m", "90s", "3300", "2d")] == [
        3300,
        5400,
        90,
        3300,
        172800,
    ]
    for text in ("", "0", "0m", "1x", "m", "-5m", "1.5h"):
        with pytest.raises(ValueError, match="is not a time such as 55m"):
            duration(text)


def test_staggered_lifetimes_differ_and_leave_time_for_a_checkpoint() -> None:
    drawn = [drawn_lifetime(3300, 240, 180, random.Random(seed)) for seed in range(200)]
    assert (
        3300 - 240 - 15 <= min(life.seconds for life in drawn) < max(life.seconds for life in drawn) <= 3285
    )
    assert max(life.seconds for life in drawn) - min(life.seconds for life in drawn) > 200
    assert all(life == Lifetime(life.seconds, life.seconds - 210) for life in drawn)
    with pytest.raises(ValueError, match=r"465 s"):
        drawn_lifetime(400, 240, 180, random.Random(0))
