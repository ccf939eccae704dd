"""Shares over time, and differences drawn on one scale."""

import pytest

from search.evolution.statistics.samples import Estimate
from tests.search.populations import Population, motif
from visualize.pages.motifs import carrier_trend
from visualize.pages.motifs.carrier_trend import HEIGHT, WIDTH, drawn, shares_of
from visualize.pages.motifs.interval_plot import WIDTH as WHISKER_WIDTH
from visualize.pages.motifs.interval_plot import whiskers


@pytest.mark.django_db
def test_a_share_is_counted_stretch_by_stretch() -> None:
    made = Population()
    for step in range(60):
        made.add(0.5, network=f"n{step}", motifs={"aa" if step >= 30 else "bb": 1})
    shares = shares_of(made.experiment)
    assert shares.every == 1
    assert shares.sizes == [2] * 30
    assert shares.values(motif("aa").pk) == [0.0] * 15 + [1.0] * 15
    assert shares.values(-1) == [0.0] * 30


@pytest.mark.django_db
@pytest.mark.parametrize("individuals", [0, 1, 7, 31])
def test_few_individuals_have_as_many_stretches(individuals: int) -> None:
    made = Population()
    for step in range(individuals):
        made.add(0.5, network=f"n{step}", motifs={"aa": 1})
    shares = shares_of(made.experiment)
    assert len(shares.sizes) == min(30, individuals)
    assert sum(shares.sizes) == individuals
    assert set(shares.values(motif("aa").pk)) <= {1.0}


def test_of_many_individuals_a_part_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def carried_at(experiment: int, steps: range) -> list[tuple[int, int]]:
        asked.extend(steps)
        return [(step, 1) for step in steps if step >= 50_000]

    monkeypatch.setattr(carrier_trend, "carried_at", carried_at)
    monkeypatch.setattr(carrier_trend, "cached_for_population", lambda name, experiment, read: read())
    made = type("Made", (), {"pk": 1, "proposed": 100_000})()
    shares = shares_of(made)
    assert len(asked) <= 1800
    assert shares.every == 56
    assert shares.values(1) == [0.0] * 15 + [1.0] * 15


def test_the_line_reaches_the_top_at_its_peak_and_spans_the_picture() -> None:
    share = drawn([0.0, 0.2, 0.1])
    assert (share.peak, share.last) == (0.2, 0.1)
    assert share.line.startswith(f"M0.0 {HEIGHT - 1:.1f}")
    assert "2.0L" in share.line  # the peak, two units below the edge
    assert f"L{WIDTH:.1f} " in share.line
    assert drawn([]).line == drawn([0.0, 0.0]).line == ""
    assert drawn([0.5]).line.count("L") == 1


def test_differences_stand_left_and_right_of_zero_on_one_scale() -> None:
    better, worse, none, single = whiskers(
        [Estimate(0.02, 0.005, 0.01), Estimate(-0.01, 0.01, 0.02), None, Estimate(0.02, None, None)]
    )
    assert none is None
    assert better is not None
    assert worse is not None
    assert single is not None
    assert better.at == single.at > WHISKER_WIDTH / 2 > worse.at
    assert (better.verdict, worse.verdict, single.verdict) == ("better", "open", "open")
    assert (single.left, single.right) == (None, None)
    assert better.half == worse.half == pytest.approx(0.03)


def test_an_interval_beyond_the_scale_is_cut_and_says_so() -> None:
    (wide, _) = whiskers([Estimate(0.0, 0.5, 1.0), Estimate(0.01, 0.001, 0.002)])
    assert wide is not None
    assert (wide.cut_left, wide.cut_right) == (True, True)
    assert (wide.left or 0) > 0
    assert (wide.right or 0) < WHISKER_WIDTH
