"""Start-up and shutdown sequence: lock, database, broker, web server, workers."""

import os
import socket
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from kombu.exceptions import OperationalError

from nasweb.celery import app
from nasweb.embedded.broker import Broker, prepare_broker, set_queue_aside
from nasweb.embedded.database import check_encoding, pending_migrations
from nasweb.embedded.disk_space import DiskSpaceWatch
from nasweb.embedded.locking import folder_lock
from nasweb.embedded.supervision import Say, Supervisor
from nasweb.embedded.web import FirstPage, listen, web_command
from nasweb.embedded.worker import (
    default_processes,
    learning_command,
    steps_command,
    training_command,
    worker_name,
)
from search import services, tasks
from search.evolution.experiments.presets import PRESETS

BROKER_SECONDS = 10.0
SLOW_PAGE_SECONDS = 60.0
FIRST_PRESET = "quick"
LOG_IN_FIRST = 401
"""What a page answers where accounts are on."""
FIRST_MIGRATION = ("search", "0001_initial")


class BrokerFailed(Exception):
    """No broker, so no work."""


@dataclass(frozen=True)
class Options:
    """What a person chooses at the start."""

    port: int | None
    """None: the first free one."""
    processes: int | None
    """That train; None: as many as the machine bears."""
    first_experiment: bool
    """On a first start, begin a ready-made search."""


def serve(options: Options, say: Say) -> None:
    """Run until a signal. Raises AlreadyRunning, PortTaken, BrokerFailed, NewerDatabase."""
    folder = Path(settings.VAR_DIR).resolve()
    supervisor = Supervisor(folder / "log", say)
    supervisor.catch_signals()
    with folder_lock(folder) as lock, listen(options.port) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        lock.describe(f"{address}, process {os.getpid()}")
        prepare_database(options, say)
        try:
            start(supervisor, options, listener, folder, say)
            announce(supervisor, address, say)
            keep_going(supervisor, DiskSpaceWatch(folder, say))
            say("Stopping. What is being trained now is trained again at the next start.")
        finally:
            supervisor.stop()
    say("Stopped. Everything that was finished is kept; the next start goes on from here.")


def prepare_database(options: Options, say: Say) -> None:
    """Bring the tables up to date; on a first start, give the person something to watch."""
    check_encoding()
    first_start = FIRST_MIGRATION not in MigrationRecorder(connection).applied_migrations()
    if first_start or pending_migrations():
        say("Preparing the database.")
        call_command("migrate", interactive=False, verbosity=0)
    if settings.EMBEDDED:  # a folder of our own: what still runs was left by a killed server
        services.release_worker(worker=worker_name(alone=True))
    if first_start and options.first_experiment:
        preset = PRESETS[FIRST_PRESET]
        experiment = services.create_experiment(name=preset.title, config=preset.config)
        services.start_experiment(experiment_id=experiment.pk)


def start(supervisor: Supervisor, options: Options, listener: socket.socket, folder: Path, say: Say) -> None:
    """The broker, the page, the workers. A broker or a database that the environment names is used as it is."""
    if "REDIS_URL" not in os.environ:
        start_broker(supervisor, folder / "broker", say)
    if not settings.EMBEDDED:
        call_command("collectstatic", interactive=False, verbosity=0)
    connection.close()  # the children open their own
    supervisor.start(web_command(listener))
    supervisor.start(steps_command())
    supervisor.start(learning_command())
    processes = options.processes or default_processes(settings.DEVICE, settings.GPU_TRAININGS)
    supervisor.start(training_command(worker_name(alone=settings.EMBEDDED), processes))


def start_broker(supervisor: Supervisor, folder: Path, say: Say) -> None:
    """Raises BrokerFailed when it does not answer, even with an empty queue."""
    broker = prepare_broker(folder)
    os.environ["REDIS_URL"] = app.conf.broker_url = broker.url  # for the children and for this process
    supervisor.start(broker.command)
    if answers_soon(supervisor, broker):
        return
    if not supervisor.stopping and (aside := set_queue_aside(folder)):
        say(f"The broker could not read its stored queue; it is now in {aside}. Waiting work is sent again.")
        if answers_soon(supervisor, broker):
            return
    if not supervisor.stopping:
        raise BrokerFailed(f"The broker does not answer. Its log: {supervisor.log_folder / 'broker.log'}")


def answers_soon(supervisor: Supervisor, broker: Broker) -> bool:
    deadline = time.monotonic() + BROKER_SECONDS
    while time.monotonic() < deadline and not supervisor.stopping:
        if broker.answers():
            return True
        supervisor.watch()
        supervisor.sleep(0.05)
    return False


def announce(supervisor: Supervisor, address: str, say: Say) -> None:
    """Print the address once the page answers; say so when that takes long."""
    late = time.monotonic() + SLOW_PAGE_SECONDS
    log = supervisor.log_folder / "web.log"
    with closing(FirstPage(address)) as page:
        while not supervisor.stopping:
            status = page.status(0.05)
            if status is not None:
                say(f"nasweb runs at {address} (Ctrl-C stops it)")
                if status >= 400 and status != LOG_IN_FIRST:
                    say(f"Its first page answers with status {status}: see {log}")
                return
            if time.monotonic() > late:
                late = float("inf")
                say(f"The page does not answer yet. Its log: {log}")
            supervisor.watch()
            supervisor.sleep(0.05)


def keep_going(supervisor: Supervisor, room: DiskSpaceWatch) -> None:
    """Watch the children; this process is also the clock that makes the worker sweep."""
    sweep_at = 0.0
    while not supervisor.stopping:
        if time.monotonic() >= sweep_at:
            sweep_at = time.monotonic() + settings.SWEEP_SECONDS
            ask_for_sweep()
            room.look()
        supervisor.watch()
        supervisor.sleep(0.5)


def ask_for_sweep() -> None:
    with suppress(
        OperationalError
    ):  # the broker is being started again: the next sweep makes up for this one
        tasks.sweep.apply_async(expires=settings.SWEEP_SECONDS)
