"""What the parent of training processes keeps of tasks that have ended."""

from types import SimpleNamespace
from typing import Any

import pytest
from kombu.asynchronous import Hub
from kombu.asynchronous.timer import Timer
from kombu.utils.imports import symbol_by_name

from nasweb import timers
from nasweb.celery import app
from nasweb.timers import ForgetCancelled, forget_cancelled
from tests.processes import eventually


def test_what_is_cancelled_is_forgotten_and_the_rest_comes_in_its_order() -> None:
    came: list[int] = []
    make: Any = Timer  # kombu has no types
    timer = make()
    for number in range(100):
        entry = timer.call_after(-number, came.append, (number,))
        if number % 10:
            entry.cancel()
    queue = timer._queue
    forget_cancelled(timer)
    assert len(queue) == 10  # the same list, which a loop may hold
    for _, entry in timer:
        if entry is None:
            break
        entry()
    assert came == [90, 80, 70, 60, 50, 40, 30, 20, 10, 0]


def test_a_worker_forgets_every_so_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers, "EVERY_SECONDS", 0.01)
    assert ForgetCancelled in map(symbol_by_name, app.steps["worker"])
    make: Any = Hub
    hub = make()
    step = ForgetCancelled(worker := SimpleNamespace(hub=hub))
    step.start(worker)
    try:
        for _ in range(1000):
            hub.call_later(3600, print).cancel()

        def forgotten() -> bool:
            hub.fire_timers()
            return len(hub.timer) == 1  # its own next time

        eventually(forgotten, "what was cancelled is forgotten")
    finally:
        hub.close()


def test_a_worker_without_an_event_loop_has_nothing_to_forget() -> None:
    worker = SimpleNamespace(hub=None)
    ForgetCancelled(worker).start(worker)
