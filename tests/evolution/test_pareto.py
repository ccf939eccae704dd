"""The front in one pass over sorted places is the front by definition."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.evolution.statistics.pareto import dominates, pareto_front

few = st.integers(0, 6).map(float)  # so that ties and equal places are frequent
places = st.lists(st.tuples(few, few), max_size=40)
wide = st.lists(st.tuples(st.floats(0, 1e9), st.floats(0, 1)), max_size=40)


def by_definition(every: list[tuple[float, float]]) -> set[int]:
    return {i for i, place in enumerate(every) if not any(dominates(other, place) for other in every)}


@given(places | wide)
def test_it_holds_exactly_what_nothing_dominates(every: list[tuple[float, float]]) -> None:
    front = pareto_front(every)
    assert set(front) == by_definition(every)
    assert len(front) == len(set(front))


@given(places | wide)
def test_along_it_cost_and_fitness_rise_together(every: list[tuple[float, float]]) -> None:
    front = [every[index] for index in pareto_front(every)]
    assert front == sorted(front)
    assert [fitness for _, fitness in front] == sorted(fitness for _, fitness in front)


@given(places)
def test_equal_places_stand_together_in_their_order(every: list[tuple[float, float]]) -> None:
    front = pareto_front(every)
    for place in {every[index] for index in front}:
        together = [index for index in front if every[index] == place]
        assert together == [index for index, other in enumerate(every) if other == place]


@given(places, st.tuples(few, few))
def test_one_more_place_never_brings_back_what_was_dominated(
    every: list[tuple[float, float]], newcomer: tuple[float, float]
) -> None:
    assert set(pareto_front([*every, newcomer])) - {len(every)} <= set(pareto_front(every))


class Counted(float):
    """A number that knows how often one of its kind was compared."""

    times = 0

    def __lt__(self, other: float) -> bool:
        Counted.times += 1
        return float(self) < other

    def __gt__(self, other: float) -> bool:
        Counted.times += 1
        return float(self) > other

    def __neg__(self) -> "Counted":
        return Counted(-float(self))


def test_many_places_take_no_quadratic_number_of_comparisons(monkeypatch: pytest.MonkeyPatch) -> None:
    many = 20_000
    every = [
        (Counted((index * 7919) % 100_003), Counted(((index * 104_729) % 99_991) / 99_991))
        for index in range(many)
    ]
    monkeypatch.setattr(Counted, "times", 0)
    front = pareto_front(every)
    assert many < Counted.times < 2 * many * math.log2(many)  # pairs would be 200 million
    assert 1 < len(front) < 200
