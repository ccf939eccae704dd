"""Work budget: how much a request may have computed, asked for by the loops whose length a document decides.

Outside a request, as in workers and commands, nothing is counted. Pure Python: must import neither Django nor torch.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

EVERY = 2_000
"""Units of work between two looks at the clock; one is about a microsecond."""
MOST_KEPT = 5_000_000
"""Numbers that one request may have unfolded into memory, some 40 MB."""

TOO_LONG = "It would take more than the {seconds:g} s of computing that one request may have. Ask for less."
TOO_MUCH = (
    "It would hold more than {most:,} numbers in memory at once, which one request may not. Ask for less."
)


class OverBudget(Exception):
    """A computation was given up: says why. Nothing is known against what was asked for."""


class WorkBudget:
    """What is left of one request's budget; used by one thread."""

    def __init__(self, seconds: float, look: Callable[[float], None] = lambda taken: None) -> None:
        """`look` is called now and then with the seconds of computing so far, and may raise OverBudget too."""
        self.seconds = seconds
        self._look = look
        self._began = time.thread_time()
        self._units = self._kept = 0

    def spend(self, units: int) -> None:
        self._units += units
        if self._units >= EVERY:
            self._units = 0
            self.look()

    def keep(self, numbers: int) -> None:
        self._kept += numbers
        if self._kept > MOST_KEPT:
            raise OverBudget(TOO_MUCH.format(most=MOST_KEPT))

    def look(self) -> None:
        """Raises OverBudget. Processor time of this thread: whoever else computes does not shorten the budget."""
        taken = time.thread_time() - self._began
        if taken > self.seconds:
            raise OverBudget(TOO_LONG.format(seconds=self.seconds))
        self._look(taken)


_present: ContextVar[WorkBudget | None] = ContextVar("work_budget", default=None)


@contextmanager
def budgeted(budget: WorkBudget) -> Iterator[None]:
    """What is computed in this block, in this thread, is counted."""
    token = _present.set(budget)
    try:
        yield
    finally:
        _present.reset(token)


def spend(units: int = 1) -> None:
    """Count so many units of work. Raises OverBudget."""
    budget = _present.get()
    if budget is not None:
        budget.spend(units)


def keep(numbers: int) -> None:
    """Count so many numbers that are about to be in memory. Raises OverBudget."""
    budget = _present.get()
    if budget is not None:
        budget.keep(numbers)


def look() -> None:
    """Whether the request may go on, before something that is not counted. Raises OverBudget."""
    budget = _present.get()
    if budget is not None:
        budget.look()
