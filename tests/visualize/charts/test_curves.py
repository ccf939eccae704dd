"""Best so far, running medians and thinning."""

import random
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from visualize.charts import series
from visualize.charts.series import Before, Point

FITNESS = st.lists(st.floats(0, 1, width=32), max_size=60)


def points(fitness: list[float], steps: list[int] | None = None) -> list[Point]:
    steps = steps or list(range(len(fitness)))
    return [
        Point(step, value, 100 + step, place, "done")
        for place, (step, value) in enumerate(zip(steps, fitness, strict=True))
    ]


@given(FITNESS, st.integers(1, 9))
def test_the_running_median_is_the_median_of_the_last_values(values: list[float], window: int) -> None:
    expected = [median(values[max(0, i + 1 - window) : i + 1]) for i in range(len(values))]
    assert series.running_median(values, window) == expected


@given(FITNESS, st.integers(0, 60), st.sampled_from([5, 11]))
def test_lines_in_two_parts_are_the_lines_of_the_whole(fitness: list[float], cut: int, window: int) -> None:
    whole = points(fitness)
    first = series.lines(whole[:cut], window)
    second = series.lines(whole[cut:], window, first.after)
    together = series.lines(whole, window)
    assert first.median + second.median == together.median
    assert first.parameters_median + second.parameters_median == together.parameters_median
    assert second.after == together.after
    assert dict(first.best + second.best).items() >= dict(together.best).items()


def test_best_so_far_names_its_changes_and_its_end() -> None:
    assert series.lines(points([0.5, 0.4, 0.7, 0.7, 0.6]), 5).best == [(0, 0.5), (2, 0.7), (4, 0.7)]


def test_a_line_never_goes_back_when_individuals_finish_out_of_order() -> None:
    line = series.lines(points([0.1, 0.2, 0.3, 0.4], steps=[2, 0, 3, 1]), 5)
    assert [step for step, _ in line.median] == [2, 2, 3, 3]
    assert line.best == [(2, 0.1), (2, 0.2), (3, 0.3), (3, 0.4)]


def test_failed_individuals_carry_no_line() -> None:
    failed = Point(1, None, 5, None, "failed")
    assert series.lines([*points([0.5]), failed], 5).median == [(0, 0.5)]
    assert series.lines([failed], 5).after == Before()


def test_thinning_keeps_every_extreme_and_the_order() -> None:
    rng = random.Random(1)
    many = [Point(i, rng.random(), rng.randrange(10**6), i, "done") for i in range(5000)]
    many[1234] = Point(1234, 0.0, 5, 1234, "done")
    many[3210] = Point(3210, 1.0, 10**7, 3210, "done")
    many[4000] = Point(4000, None, 7, None, "failed")
    few = series.thin(many, 500)
    assert len(few) <= 500
    assert {many[1234], many[3210], many[4000]} <= set(few)
    assert [point.step for point in few] == sorted(point.step for point in few)
    assert series.thin(many[:400], 500) == many[:400]


def test_the_window_is_odd_and_grows_with_the_search() -> None:
    assert [series.median_window(size) for size in (1, 80, 500, 7000)] == [5, 9, 51, 101]


def test_the_fitness_axis_leaves_out_at_most_two_per_cent() -> None:
    values = [0.1] + [0.8 + 0.001 * i for i in range(99)]
    floor = series.fitness_floor(values)
    assert 0.7 < floor <= 0.8
    assert sum(value < floor for value in values) == 1
    assert series.fitness_floor([]) == 0


def test_ticks_are_round_and_inside() -> None:
    assert series.ticks(0, 7000, 8) == [0, 1000, 2000, 3000, 4000, 5000, 6000, 7000]
    assert series.ticks(0.54, 0.9, 5) == [0.6, 0.7, 0.8, 0.9]
    assert series.ticks(1, 1) == [1]
