"""The part of lines and bands between two places of their axis, as a chart that is zoomed shows it."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from visualize.charts.trajectories import BandPoint, Line, Stretch


def asked_stretch(query: Mapping[str, Any]) -> Stretch | None:
    """What `left` and `right` of an address name; None for nonsense, which shows all.

    >>> asked_stretch({"left": "2", "right": "4.5"}), asked_stretch({"left": "4", "right": "2"}), asked_stretch({})
    ((2.0, 4.5), None, None)
    """
    try:
        first, last = float(query.get("left", "")), float(query.get("right", ""))
    except ValueError:
        return None
    return (first, last) if isfinite(first) and isfinite(last) and first < last else None


def held(stretch: Stretch, whole: Stretch) -> Stretch:
    """What of a stretch lies on the axis; all of it where that is nothing.

    >>> held((-5, 7), (0, 20)), held((30, 40), (0, 20))
    ((0, 7), (0, 20))
    """
    left, right = max(stretch[0], whole[0]), min(stretch[1], whole[1])
    return (left, right) if left < right else whole


def cut_line(line: Line, stretch: Stretch, *, stepped: bool) -> Line:
    """With its values at both ends, where it reaches them.

    >>> cut_line([(0, 1.0), (10, 2.0)], (2, 4), stepped=False)
    [(2, 1.2), (4, 1.4)]
    >>> cut_line([(0, 1.0), (10, 2.0)], (2, 4), stepped=True)
    [(2, 1.0), (4, 1.0)]
    >>> cut_line([(0, 1.0), (3, 2.0)], (2, 4), stepped=True)
    [(2, 1.0), (3, 2.0)]
    """
    return [(x, values[0]) for x, values in _cut([(x, (y,)) for x, y in line], stretch, stepped=stepped)]


def cut_band(points: Sequence[BandPoint], stretch: Stretch, *, stepped: bool) -> list[BandPoint]:
    """Likewise."""
    rows: _Rows = [(point.x, (point.low, point.middle, point.high)) for point in points]
    return [BandPoint(x, *values) for x, values in _cut(rows, stretch, stepped=stepped)]


_Rows = list[tuple[float, tuple[float, ...]]]


def _cut(rows: _Rows, stretch: Stretch, *, stepped: bool) -> _Rows:
    first, last = stretch
    inside = [row for row in rows if first < row[0] < last]
    ends = [(place, _at(rows, place, stepped=stepped)) for place in stretch]
    left, right = ([(place, values)] if values else [] for place, values in ends)
    return [*left, *inside, *right]


def _at(rows: _Rows, place: float, *, stepped: bool) -> tuple[float, ...] | None:
    """None before the first and after the last."""
    if not rows or not rows[0][0] <= place <= rows[-1][0]:
        return None
    before = max(index for index, row in enumerate(rows) if row[0] <= place)
    x, values = rows[before]
    if stepped or x == place:
        return values
    after, others = rows[before + 1]
    share = (place - x) / (after - x)
    return tuple(value + share * (other - value) for value, other in zip(values, others, strict=True))
