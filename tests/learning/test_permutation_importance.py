"""Permutation importance on networks of which it is known what decides."""

import random

import pytest

from search.learning.importance import FEWEST, FOLDS, importance

WORDS = ["decides", "helps", "says nothing"]


def made(networks: int, *, noise: float = 0.1, signal: float = 1.0) -> tuple[list[list[float]], list[float]]:
    rng = random.Random(3)
    rows = [[rng.random() for _ in WORDS] for _ in range(networks)]
    return rows, [signal * (row[0] + 0.3 * row[1]) + noise * rng.gauss(0, 1) for row in rows]


def test_what_decides_stands_first_and_what_says_nothing_takes_nothing_away() -> None:
    found = importance(WORDS, *made(200), seed=1)
    by_word = {row["word"]: row for row in found["features"]}
    assert [row["word"] for row in found["features"]] == WORDS
    assert by_word["decides"]["mean"] > 0.4
    assert abs(by_word["says nothing"]["mean"]) < 0.05
    assert by_word["decides"]["sd"] > 0
    assert found["rank_correlation"]["mean"] > 0.8


def test_names_are_shuffled_as_a_whole_and_have_no_order() -> None:
    """Of three names the middle one decides, which no bound on an order of them tells."""
    rng = random.Random(4)
    rows = [[rng.choice("abc"), rng.choice("abc")] for _ in range(150)]
    fitness = [(first == "b") + 0.1 * rng.gauss(0, 1) for first, _ in rows]
    found = importance(["decides", "says nothing"], rows, fitness, seed=1)
    assert [row["word"] for row in found["features"]] == ["decides", "says nothing"]
    assert found["features"][0]["mean"] > 0.4
    assert found["rank_correlation"]["mean"] > 0.6


def test_noise_alone_is_predicted_by_nothing() -> None:
    found = importance(WORDS, *made(200, signal=0.0), seed=1)
    assert abs(found["rank_correlation"]["mean"]) < 0.2


def test_too_few_networks_give_no_importance() -> None:
    found = importance(WORDS, *made(FEWEST - 1), seed=1)
    assert found["networks"] == FEWEST - 1
    assert found["rank_correlation"] is None
    assert found["features"] == []


def test_one_seed_repeats_it_and_equal_fitness_is_answered() -> None:
    rows, fitness = made(60)
    one, other = (importance(WORDS, rows, fitness, seed=5) for _ in range(2))
    assert one["features"] == other["features"]
    flat = importance(WORDS, rows, [0.5] * 60, seed=5)
    assert flat["rank_correlation"]["mean"] == pytest.approx(0.0)


def test_it_gives_signs_of_life_between_folds() -> None:
    ticks: list[int] = []
    importance(WORDS, *made(50), seed=1, tick=lambda: ticks.append(1))
    assert len(ticks) == FOLDS
