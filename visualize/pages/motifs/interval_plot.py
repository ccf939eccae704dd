"""Interval plot: differences with confidence intervals on one scale around zero."""

from collections.abc import Sequence
from dataclasses import dataclass

from search.evolution.statistics.samples import Estimate

WIDTH, HEIGHT = 168.0, 20.0
_SIDE = 5.0
ROOM = 1.5
"""The scale reaches so many times as far as the largest value: intervals beyond it end in an arrow."""
LEAST = 0.002


@dataclass(frozen=True)
class Whisker:
    """One row's picture, in units of WIDTH x HEIGHT. `left` and `right` are the interval's ends, None without one."""

    half: float
    """What the scale reaches on either side of zero, a fraction."""
    at: float
    left: float | None
    right: float | None
    cut_left: bool
    cut_right: bool
    verdict: str
    """`better`, `worse`, or `open` where zero lies in the interval or there is none."""

    zero = WIDTH / 2
    width = WIDTH
    height = HEIGHT
    middle = HEIGHT / 2


def whiskers(estimates: Sequence[Estimate | None]) -> list[Whisker | None]:
    """One for each, on the scale of all of them."""
    known = [estimate for estimate in estimates if estimate is not None]
    sure = [abs(estimate.value) for estimate in known if estimate.margin is not None]
    half = max([LEAST, *(ROOM * value for value in sure or [abs(estimate.value) for estimate in known])])
    return [None if estimate is None else _whisker(estimate, half) for estimate in estimates]


def _whisker(estimate: Estimate, half: float) -> Whisker:
    low, high = estimate.low, estimate.high
    known = estimate.margin is not None
    verdict = "open" if not estimate.is_sure else "better" if estimate.value > 0 else "worse"
    return Whisker(
        half=half,
        at=_x(estimate.value, half),
        left=_x(low, half) if known else None,
        right=_x(high, half) if known else None,
        cut_left=low < -half,
        cut_right=high > half,
        verdict=verdict,
    )


def _x(value: float, half: float) -> float:
    held = min(max(value, -half), half)
    return round(WIDTH / 2 + (WIDTH / 2 - _SIDE) * held / half, 1)
