"""Probe with a time limit: asks a service that may hang, with at most one thread left waiting for it."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class ProbeTimeout(Exception):
    """No answer within the time."""


class BoundedProbe(Generic[Answer]):
    """One probe, run by one thread at a time.

    A frozen server keeps the thread that asks it, and no time limit of a driver covers every way to hang. So whoever
    wants the answer waits for a while, and who comes next waits for the same thread: a probe every second leaves one
    thread behind, not thousands.
    """

    def __init__(self, ask: Callable[[], Answer]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._asking: _Asking[Answer] | None = None

    def answer(self, seconds: float) -> Answer:
        """What it answers, or what it raises. Raises Unanswered after so many seconds."""
        with self._lock:
            if self._asking is None or not self._asking.is_alive():
                self._asking = _Asking(self._ask)
                self._asking.start()
            asking = self._asking
        asking.join(seconds)
        if asking.is_alive():
            raise ProbeTimeout
        return asking.outcome()


class _Asking(threading.Thread, Generic[Answer]):
    def __init__(self, ask: Callable[[], Answer]) -> None:
        super().__init__(daemon=True)
        self._ask = ask
        self._answer: list[Answer] = []
        self._error: Exception | None = None

    def run(self) -> None:
        try:
            self._answer.append(self._ask())
        except Exception as error:  # raised again where the answer is wanted
            self._error = error

    def outcome(self) -> Answer:
        if self._error is not None:
            raise self._error
        return self._answer[0]
