"""Worker lifetime: ends a worker after a time limit or a scheduler's signal, cleanly.

Schedulers of clusters (Slurm, Kubernetes, spot markets) give a worker a wall-clock limit and warn it by a signal. A
clean end gives running evaluations back with their checkpoints, and their attempts do not count
(`search.worker.stop_flag`).
"""

import os
import random
import re
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from billiard.pool import soft_timeout_sighandler
from celery import bootsteps
from celery.signals import task_prerun
from django.conf import settings

from search.worker.stop_flag import tell_to_stop

PREEMPTION_SIGNALS = (signal.SIGUSR1, signal.SIGUSR2)
"""What Slurm's --signal and requeue send; they mean what SIGTERM means."""
NEARLY = 0.95
"""Of the soft time limit: the pool's clock and this process's need not agree to the second."""
BEGINNING_SECONDS = 30.0
"""What a training takes at most before its first step: data, kernels, placing."""
STOPPING_SECONDS = 15.0
"""What a clean end takes: the next sign of progress, the checkpoint, the goodbye."""
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True)
class Lifetime:
    """How long a worker lives, in seconds from its start."""

    seconds: float
    """When it begins to end."""
    last_call: float
    """When it takes no more work: what began later would reach no checkpoint in time."""


def duration(text: str) -> float:
    """Seconds of `55m`, `1h30m`, `90s` or `3300`. Raises ValueError that says what would be right."""
    if text.isdecimal() and int(text) > 0:
        return float(text)
    parts = re.findall(r"(\d+)([smhd])", text)
    if (
        not parts
        or "".join(number + unit for number, unit in parts) != text
        or not any(int(n) for n, _ in parts)
    ):
        raise ValueError(f"{text!r} is not a time such as 55m, 1h30m or 3300 (seconds)")
    return float(sum(int(number) * UNITS[unit] for number, unit in parts))


def drawn_lifetime(limit: float, stagger: float, checkpoint_seconds: float, rng: random.Random) -> Lifetime:
    """A lifetime within a limit: up to `stagger` seconds shorter by chance, so that an array's workers do not all
    end at one moment. Raises ValueError where no time would be left to train."""
    seconds = limit - rng.uniform(0, stagger) - STOPPING_SECONDS
    last_call = seconds - checkpoint_seconds - BEGINNING_SECONDS
    if limit - stagger - STOPPING_SECONDS - checkpoint_seconds - BEGINNING_SECONDS <= 0:
        least = stagger + STOPPING_SECONDS + checkpoint_seconds + BEGINNING_SECONDS
        raise ValueError(
            f"a lifetime of {limit:g} s is too short: with a stagger of {stagger:g} s and a checkpoint every "
            f"{checkpoint_seconds:g} s it is to be longer than {least:g} s"
        )
    return Lifetime(seconds, last_call)


class EndsByItself(bootsteps.StartStopStep):  # type: ignore[misc]
    """A step of a Celery worker's consumer: hears the schedulers' signals, and ends when its lifetime is over."""

    requires = ("celery.worker.consumer.tasks:Tasks",)
    on_a_cluster = False
    lifetime: Lifetime | None = None
    """Both are set by `prepare`, before the worker is made; the processes that train inherit them."""

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._timers: list[threading.Timer] = []

    def start(self, parent: Any) -> None:
        """Celery keeps SIGUSR1 and SIGUSR2 for debugging, and has taken them before."""
        for number in PREEMPTION_SIGNALS:
            signal.signal(number, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
        lifetime = type(self).lifetime
        if lifetime is None or self._timers:  # a consumer starts again when its connection was lost
            return
        self._timers = [
            _after(lifetime.last_call, lambda: _take_no_more(parent)),
            _after(lifetime.seconds, lambda: os.kill(os.getpid(), signal.SIGTERM)),
        ]


def _after(seconds: float, act: Callable[[], object]) -> threading.Timer:
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()
    return timer


def _take_no_more(consumer: Any) -> None:
    """The queues are left alone; what this worker is training goes on."""
    for queue in list(consumer.app.amqp.queues.consume_from):
        consumer.call_soon(consumer.cancel_task_queue, queue)


def prepare(app: Any, lifetime: Lifetime | None) -> None:
    """Make the workers of this process end by themselves, and hoard no message behind what they train.

    What Celery prefetches nobody else sees; with trainings of hours that is an evaluation that waits while other
    workers are idle. With late acknowledgements and a multiplier of 1 it prefetches nothing; this holds whatever these
    two are.
    """
    EndsByItself.lifetime, EndsByItself.on_a_cluster = lifetime, True
    app.steps["consumer"].add(EndsByItself)
    app.conf.worker_disable_prefetch = True
    task_prerun.connect(_hear_signals, weak=False)


def _hear_signals(**_: Any) -> None:
    """Schedulers signal every process of a job, and none may end between a training and its record: what trains is told
    to stop, and does so where it can. At each task, for the pool sets handlers of its own once a process is prepared.

    SIGUSR1 is the pool's own for the soft time limit: it is one when that much time has passed."""
    began = time.monotonic()

    def limit_or_scheduler(number: int, frame: Any) -> None:
        if time.monotonic() - began < NEARLY * settings.CELERY_TASK_SOFT_TIME_LIMIT:
            tell_to_stop()
        else:
            soft_timeout_sighandler(number, frame)

    for number in (signal.SIGTERM, signal.SIGUSR2):
        signal.signal(number, lambda *_: tell_to_stop())
    signal.signal(signal.SIGUSR1, limit_or_scheduler)
