"""Courses of searches as lines and bands, pure."""

import re
from itertools import pairwise
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.selectors.comparison import Mark
from tests.processes import ROOT
from tests.visualize.style.test_palette import contrast
from visualize.charts.trajectories import LONGEST, band, lines
from visualize.charts.trajectory_plots import spread
from visualize.pages.compare.page import SeedGroup
from visualize.style.palette import PAPER

STATIC = ROOT / "static"


def mark(step: int, fitness: float, best: float = 0.0, parameters: int = 0) -> Mark:
    return Mark(step, fitness, best, parameters, step + 1, 10.0 * (step + 1))


def test_steps_that_end_out_of_order_never_lead_back() -> None:
    found = lines([mark(0, 0.1), mark(3, 0.2), mark(1, 0.3), mark(4, 0.4)], "step", 1)
    assert found.fitness == [(0, 0.1), (3, 0.2), (3, 0.3), (4, 0.4)]


def test_the_best_is_kept_where_it_rises_and_at_its_end() -> None:
    bests = [0.1, 0.1, 0.3, 0.3, 0.3, 0.4, 0.4]
    found = lines([mark(step, 0.0, best) for step, best in enumerate(bests)], "step", 3)
    assert found.best == [(0, 0.1), (2, 0.3), (5, 0.4), (6, 0.4)]


@given(st.integers(1, 3000))
def test_long_lines_are_thinned_and_keep_their_ends(length: int) -> None:
    found = lines([mark(step, step / 3000) for step in range(length)], "step", 1)
    assert len(found.fitness) <= LONGEST + 1
    assert (found.fitness[0][0], found.fitness[-1][0]) == (0, length - 1)


@given(st.integers(2, 4000), st.floats(0, 4000), st.floats(1, 4000))
def test_what_is_shown_of_a_long_line_is_drawn_as_finely_as_the_whole(
    length: int, left: float, span: float
) -> None:
    marks = [mark(step, step / 4000) for step in range(length)]
    found = lines(marks, "step", 1, (left, left + span)).fitness
    inside = [x for x, _ in found if left <= x <= left + span]
    there = [step for step in range(length) if left <= step <= left + span]
    assert len(inside) >= min(len(there), LONGEST // 2) - 1
    assert found == sorted(set(found))
    assert len(found) <= 3 * (LONGEST + 1)
    assert (found[0][0], found[-1][0]) == (0, length - 1)


def test_what_is_shown_of_a_band_is_drawn_as_finely_as_the_whole() -> None:
    """A stretch of 50 of 4,000 places holds each of them."""
    several = [[(float(x), x / 4000 * scale) for x in range(4000)] for scale in (1, 0.9)]
    found = [point.x for point in band(several, "range", (1000, 1050))]
    assert [x for x in found if 1000 <= x <= 1050] == list(range(1000, 1051))
    assert len([x for x in band(several, "range") if 1000 <= x.x <= 1050]) < 10


def test_a_band_reaches_from_least_to_largest_and_ends_with_the_shortest() -> None:
    one, two, three = [(0.0, 0.1), (10.0, 0.5)], [(0.0, 0.2), (8.0, 0.3)], [(2.0, 0.9), (20.0, 0.8)]
    found = band([one, two, three], "range")
    assert (found[0].x, found[-1].x) == (2, 8)
    assert (found[0].low, found[0].middle, found[0].high) == (0.1, 0.2, 0.9)
    assert found[-1].middle == 0.3


def test_quartiles_hold_the_middle_half() -> None:
    several = [[(0.0, value), (1.0, value)] for value in (0.1, 0.2, 0.3, 0.4, 0.5)]
    point = band(several, "quartiles")[0]
    assert (point.low, point.middle, point.high) == pytest.approx((0.2, 0.3, 0.4))


@given(st.lists(st.lists(st.floats(0, 1), min_size=2, max_size=8), min_size=2, max_size=6))
def test_every_line_lies_within_its_band(several: list[list[float]]) -> None:
    made = [[(float(x), value) for x, value in enumerate(values)] for values in several]
    for point in band(made, "range"):
        values = [line[min(int(point.x), len(line) - 1)][1] for line in made]
        assert point.low == min(values)
        assert point.high == max(values)
        assert point.middle == median(values)


def test_lines_that_never_meet_have_no_band() -> None:
    assert band([[(0.0, 1.0), (1.0, 1.0)], [(5.0, 1.0), (6.0, 1.0)]], "range") == []
    assert band([[], []], "range") == []


@given(st.lists(st.floats(0, 300), max_size=12).map(sorted))
def test_numbers_beside_lines_keep_apart_and_in_order(wanted: list[float]) -> None:
    places = spread(wanted, 15, 0, 300)
    assert len(places) == len(wanted)
    assert all(after - before >= 15 - 1e-6 for before, after in pairwise(places))


def test_numbers_with_room_stand_where_they_belong() -> None:
    assert spread([10, 60, 200], 15, 0, 300) == [10, 60, 200]
    assert spread([299, 300], 15, 0, 300) == [285, 300]


def test_lines_have_colours_that_can_be_read_in_both_themes() -> None:
    stylesheet = (STATIC / "css" / "compare.css").read_text(encoding="utf-8")
    tokens = re.findall(r"--series-(\d): light-dark\((#\w{6}), (#\w{6})\);", stylesheet)
    assert [number for number, _, _ in tokens] == list("12345678")
    for _, light, dark in tokens:
        assert contrast(light, PAPER["light"]["surface"]) >= 4.5
        assert contrast(dark, PAPER["dark"]["surface"]) >= 4.5


def test_two_dozen_lines_differ_in_colour_or_dash() -> None:
    groups = [SeedGroup(number, ()) for number in range(1, 25)]
    assert len({(group.tone, group.dash) for group in groups}) == 24
    assert [group.dash for group in groups[:12]] == [0] * 4 + [1] * 4 + [2] * 4
