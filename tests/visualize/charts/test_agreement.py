"""The picture of predictions against what was found."""

import re

import pytest

from visualize.charts.agreement import agreement


def test_what_was_predicted_rightly_lies_on_the_line() -> None:
    drawn = agreement([(0, 0.70, 0.70), (1, 0.80, 0.80), (2, 0.90, 0.90), (3, 0.90, 0.70)])
    assert drawn is not None
    (left, bottom), (right, top) = (
        (float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", drawn.diagonal)
    )
    dots = [(float(x), float(y)) for x, y in re.findall(r"M([\d.]+) ([\d.]+)h0", drawn.dots)]
    for x, y in dots[:3]:
        assert (x - left) / (right - left) == pytest.approx((bottom - y) / (bottom - top), abs=0.01)
    assert dots[3][1] > dots[2][1]  # worse than predicted: below the line
    assert [tick.label for tick in drawn.x_ticks] == [tick.label for tick in drawn.y_ticks]


@pytest.mark.parametrize("rows", [[], [(0, 0.5, 0.6)]])
def test_of_fewer_than_two_there_is_nothing_to_see(rows: list[tuple[int, float, float]]) -> None:
    assert agreement(rows) is None


def test_equal_values_are_a_picture_too() -> None:
    drawn = agreement([(0, 0.5, 0.5), (1, 0.5, 0.5)])
    assert drawn is not None
    assert drawn.dots.count("h0") == 2
