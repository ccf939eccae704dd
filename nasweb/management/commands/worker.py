"""One training worker for an allocation of a cluster, or for any machine that reaches the database and the broker."""

import os
import random
import signal
import socket
import subprocess
import sys
from argparse import ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from nasweb.celery import app
from nasweb.embedded.worker import default_processes
from search.evolution.experiments.resources import read_offer
from search.worker.lifetime import Lifetime, drawn_lifetime, duration, prepare
from search.worker.process_environment import training_environment

TIME = "such as 55m, 1h30m or 3300 (seconds)"
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2)


def seconds(text: str) -> float:
    try:
        return duration(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


class Command(BaseCommand):
    help = (
        "Train what waits, on this machine, until it is told to stop (SIGTERM, SIGINT, SIGUSR1, SIGUSR2) or its "
        "lifetime is over. Evaluations that it is training then wait for another worker, with their checkpoints, and "
        "their attempts do not count. DATABASE_URL and REDIS_URL say where the work is; all connections are outbound."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lifetime", type=seconds, metavar="TIME", help=f"end by itself after {TIME}")
        parser.add_argument(
            "--stagger", type=seconds, default=0.0, metavar="TIME",
            help="end up to so much earlier, by chance, so that not all workers end at once",
        )  # fmt: skip
        parser.add_argument("--processes", type=int, help="trainings at once (a core or a GPU each)")
        parser.add_argument(
            "--gpus", default="", metavar="LIST", help="a worker for each of these devices: 0,1,2,3"
        )
        parser.add_argument(
            "--offers", metavar="TAGS", help="to evaluations: gpu,a100,memory=80 (default: NASWEB_OFFERS)"
        )
        parser.add_argument("--name", default="", help="of the worker (default: host and process)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["processes"] is not None and not 1 <= options["processes"] <= 1024:
            raise CommandError(f"--processes: {options['processes']} is not a number from 1 to 1024")
        if options["offers"]:
            settings.OFFERS = _offers(options["offers"])
        lifetime = _lifetime(options)
        if options["gpus"]:
            raise SystemExit(_one_for_each(_devices(options["gpus"]), options))
        processes = options["processes"] or default_processes(settings.DEVICE, settings.GPU_TRAININGS)
        _begin_as_training(processes)
        prepare(app, lifetime)
        name = options["name"] or f"{socket.gethostname()}-{os.getpid()}"
        app.worker_main(
            ["--quiet", "worker", "--queues", "training", "--hostname", f"training@{name}", "--loglevel", "INFO",
             "--pool", "prefork", "--concurrency", str(processes), "--without-gossip", "--without-mingle"]
        )  # fmt: skip


def _lifetime(options: dict[str, Any]) -> Lifetime | None:
    if options["lifetime"] is None:
        if options["stagger"]:
            raise CommandError("--stagger shortens a lifetime: give --lifetime too")
        return None
    try:
        return drawn_lifetime(
            options["lifetime"], options["stagger"], settings.CHECKPOINT_SECONDS, random.Random()
        )
    except ValueError as error:
        raise CommandError(f"--lifetime: {error} (NASWEB_CHECKPOINT_SECONDS)") from None


def _offers(text: str) -> str:
    try:
        return str(read_offer(text))
    except ValueError as error:
        raise CommandError(f"--offers: {error}") from None


def _devices(text: str) -> list[str]:
    devices = [part.strip() for part in text.split(",")]
    if not all(devices) or len(set(devices)) != len(devices):
        raise CommandError(f"--gpus: {text!r} is not a list of different devices such as 0,1,2,3")
    return devices


def _begin_as_training(processes: int) -> None:
    """This process once more, with the environment that trainings need from their first moment."""
    wanted = {**os.environ, **training_environment(processes)}
    if wanted != dict(os.environ):
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], wanted)


def _one_for_each(devices: list[str], options: dict[str, Any]) -> int:
    """A worker process for each GPU, which sees that one alone; signals are passed on, the worst status is ours."""
    workers: list[subprocess.Popen[bytes]] = []

    def pass_on(number: int, _: object) -> None:
        for worker in workers:
            worker.send_signal(number)

    for number in STOP_SIGNALS:
        signal.signal(number, pass_on)
    for device in devices:
        name = f"{options['name'] or f'{socket.gethostname()}-{os.getpid()}'}-gpu{device}"
        command = [sys.executable, "-m", "django", "worker", "--name", name]
        for option in ("lifetime", "stagger", "processes"):
            if options[option]:
                command += [f"--{option}", f"{options[option]:g}"]
        if options["offers"]:
            command += ["--offers", options["offers"]]
        environment = {**os.environ, "CUDA_VISIBLE_DEVICES": device}
        workers.append(subprocess.Popen(command, env=environment))
    return max(worker.wait() for worker in workers)
