"""Verdicts on differences of fitness: equal networks are called different as seldom as the level says, in each mode."""

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from search.evolution.statistics.significance import LEVEL, Pooled, pool
from search.models import Evaluation, Experiment, Individual
from visualize.pages.diff import fitness_verdict as module
from visualize.pages.diff.fitness_verdict import fitness_verdict

PAIRS = 2_000
IMAGES = 437
TRAINING, SPLIT = 0.024, 0.015
"""Standard deviations of one training's accuracy: by its own seed, and by the images that it is scored on."""
POOLED_NETWORKS = 12


@dataclass(frozen=True)
class Mode:
    """How a search measures."""

    repeats: tuple[int, int]
    own_splits: bool = False
    trains_again: bool = False
    """share_fitness is off: networks that come again give a pooled spread."""


def measured(rng: random.Random, repeats: int, split: float) -> list[float]:
    """Accuracies of one network of 90 % in so many repeats, in whole images."""
    return [round(IMAGES * (0.9 + split + rng.gauss(0, TRAINING))) / IMAGES for _ in range(repeats)]


def of_split(rng: random.Random, mode: Mode) -> float:
    return rng.gauss(0, SPLIT) if mode.own_splits else 0.0


def individual(key: int, accuracies: Sequence[float], mode: Mode, experiment: Experiment) -> Individual:
    seed = {"seed": key, "split_seed": None if mode.own_splits else 7}
    protocol = {"validation_images": IMAGES, "repeats": len(accuracies), **seed}
    return Individual(
        pk=key,
        step=key,
        experiment=experiment,
        state="done",
        fitness=statistics.fmean(accuracies),
        fitness_spread=statistics.stdev(accuracies) if len(accuracies) > 1 else None,
        repeats=len(accuracies),
        evaluation=Evaluation(pk=key, protocol=protocol, state="done"),
    )


def pooled(rng: random.Random, mode: Mode) -> Pooled | None:
    """From networks that the same search trained twice."""
    groups = []
    for _ in range(POOLED_NETWORKS):
        again = [statistics.fmean(measured(rng, mode.repeats[0], of_split(rng, mode))) for _ in range(2)]
        groups.append((2, sum(again), sum(value * value for value in again)))
    return pool(groups)


def kinds(mode: Mode, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    rng = random.Random(repr(mode))
    experiment = Experiment(pk=1, evaluated=80)
    found: list[str] = []
    for _ in range(PAIRS):
        spread = pooled(rng, mode) if mode.trains_again else None
        monkeypatch.setattr(module, "pooled_spread", lambda _, spread=spread: spread)
        common = of_split(rng, mode)
        sides = [
            individual(
                key,
                measured(rng, repeats, of_split(rng, mode) if mode.own_splits else common),
                mode,
                experiment,
            )
            for key, repeats in enumerate(mode.repeats, 1)
        ]
        found.append(fitness_verdict(sides[0], sides[1], same_network=False).kind)
    return found


@pytest.mark.parametrize(
    "mode",
    [
        Mode((2, 2)),
        Mode((3, 3)),
        Mode((4, 4)),
        Mode((2, 8)),
        Mode((1, 1), trains_again=True),
        Mode((1, 4), trains_again=True),
        Mode((1, 1), own_splits=True, trains_again=True),
        Mode((4, 4), own_splits=True, trains_again=True),
    ],
    ids=repr,
)
def test_two_equal_networks_are_called_different_no_oftener_than_the_level_says(
    mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = kinds(mode, monkeypatch)
    rate = found.count("beyond") / len(found)
    assert "unknown" not in found
    assert rate <= LEVEL + 3 * (LEVEL * (1 - LEVEL) / PAIRS) ** 0.5, rate
    if mode.repeats == (4, 4) or mode.repeats == (
        1,
        1,
    ):  # with few repeats Welch's test says less than it might
        assert rate >= LEVEL / 3, rate


@pytest.mark.parametrize("mode", [Mode((1, 1)), Mode((1, 4)), Mode((4, 4), own_splits=True)], ids=repr)
def test_where_the_noise_is_not_known_nothing_is_claimed(mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(kinds(mode, monkeypatch)) == {"unknown"}


def test_a_real_difference_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    rng, mode, experiment = random.Random(1), Mode((4, 4)), Experiment(pk=1, evaluated=80)
    worse = individual(1, [value - 0.15 for value in measured(rng, 4, 0.0)], mode, experiment)
    better = individual(2, measured(rng, 4, 0.0), mode, experiment)
    experiment.best_id = better.pk
    verdict = fitness_verdict(worse, better, same_network=False)
    assert verdict.kind == "beyond"
    assert "#2 was chosen as the best of 80 by this very number" in verdict.text


def test_other_experiments_with_other_images_have_no_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their spread holds nothing of what another split adds."""
    monkeypatch.setattr(module, "pooled_spread", lambda _: Pooled(0.001, 20, 10))
    mode = Mode((1, 1), own_splits=True)
    left = individual(1, [0.9], mode, Experiment(pk=1))
    right = individual(2, [0.91], mode, Experiment(pk=2))
    verdict = fitness_verdict(left, right, same_network=False)
    assert (verdict.kind, verdict.headline) == ("unknown", "Noise unknown")
    assert "validation images of its own" in verdict.text
