"""Pace of a search and its remaining time, from the latest finish times.

The pace is an exponentially weighted mean of the times between two of them, with a half-life of 50.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median

HALF_LIFE = 50
FEWEST = 4
"""Individuals before anything is said: the first ones also loaded the data, compiled, and came in pairs."""
STALLED = 5
"""Silence, in medians of the time between two, after which something may be wrong."""
LEAST_SILENCE_SECONDS = 20.0
LONGEST_GAP = 20
"""A pause lies in a gap of more medians than that: it is no sign of the pace."""


@dataclass(frozen=True)
class Pace:
    """`seconds_each` is None while too little is known."""

    seconds_each: float | None
    stalled: bool = False

    def seconds_left(self, individuals: int) -> float | None:
        return None if self.seconds_each is None else self.seconds_each * individuals

    @property
    def per_minute(self) -> str:
        """12.4, or 320 when there are many."""
        if not self.seconds_each:
            return ""
        rate = 60 / self.seconds_each
        return f"{rate:.1f}" if rate < 100 else f"{rate:,.0f}"


def measure_pace(finishes: Sequence[datetime], now: datetime) -> Pace:
    """The pace of individuals that finished at these times, in order."""
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(finishes)]
    gaps = [max(0.0, gap) for gap in gaps]
    if len(gaps) < FEWEST - 1:
        return Pace(None)
    usual = median(gaps)
    longest = max(LONGEST_GAP * usual, LEAST_SILENCE_SECONDS)
    total = weighted = 0.0
    for back, gap in enumerate(reversed(gaps)):
        weight = 0.5 ** (back / HALF_LIFE)
        total += weight
        weighted += weight * min(gap, longest)
    silence = (now - finishes[-1]).total_seconds()
    return Pace(weighted / total, stalled=silence > max(STALLED * usual, LEAST_SILENCE_SECONDS))
