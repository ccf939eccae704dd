"""Gradients of the neural predictors against finite differences, and that they learn what can be learned."""

from collections.abc import Callable

import numpy as np
import pytest

from search.evolution.strategies.progressive import ProgressiveConfig
from search.learning.surrogates.autoencoder import Autoencoder
from search.learning.surrogates.dense import Dense, Floats
from search.learning.surrogates.progressive import trained_ensemble

CHOICES = np.array([3, 3, 2, 4])


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def spots(parameter: Floats, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """A few places of an array."""
    return [tuple(int(rng.integers(size)) for size in parameter.shape) for _ in range(4)]


def test_the_gradient_of_several_networks_at_once_is_that_of_finite_differences(
    rng: np.random.Generator,
) -> None:
    networks, rows = Dense([5, 7, 6, 2], 3, rng), rng.normal(size=(4, 5))
    weights = rng.normal(size=(3, 4, 2))

    def value() -> float:
        return float(np.sum(networks(rows) * weights))

    gradients, by_rows = networks.backward(networks.forward(rows), weights)
    for array, gradient in [*zip(networks.parameters, gradients, strict=True), (rows, by_rows.sum(axis=0))]:
        for spot in spots(array, rng):
            assert gradient[spot] == pytest.approx(difference(value, array, spot), rel=1e-4, abs=1e-8)


def difference(value: Callable[[], float], array: Floats, spot: tuple[int, ...]) -> float:
    kept, found = array[spot], []
    for step in (1e-6, -1e-6):
        array[spot] = kept + step
        found.append(value())
    array[spot] = kept
    return float(found[0] - found[1]) / 2e-6


def test_the_gradient_of_prediction_and_reconstruction_is_that_of_finite_differences(
    rng: np.random.Generator,
) -> None:
    model = Autoencoder(CHOICES, 0.8, rng)
    tokens, targets = rng.integers(0, CHOICES, (6, 4)), rng.normal(size=6)
    for parameter, gradient in zip(model.parameters, model.gradients(tokens, targets), strict=True):
        for spot in spots(parameter, rng):
            numeric = difference(lambda: model.loss(tokens, targets), parameter, spot)
            assert gradient[spot] == pytest.approx(numeric, rel=1e-3, abs=1e-7)


def test_the_way_uphill_is_that_of_finite_differences(rng: np.random.Generator) -> None:
    model = Autoencoder(CHOICES, 0.8, rng)
    here = model.embed(rng.integers(0, CHOICES, (1, 4)))
    numeric = [
        difference(lambda: model.predict(here)[0], here, (0, column)) for column in range(here.shape[1])
    ]
    assert model.uphill(here)[0] == pytest.approx(numeric, rel=1e-3, abs=1e-7)


def test_a_small_space_is_reproduced_and_predicted(rng: np.random.Generator) -> None:
    model = Autoencoder(CHOICES, 0.8, rng)
    every = np.array(list(np.ndindex(*CHOICES)))
    targets = (every == [2, 1, 0, 3]).sum(axis=1) - 1.5
    model.train(every, targets, 150, rng, lambda: None)
    assert model.reproduced(every) > 0.95
    assert np.corrcoef(model.predict(model.embed(every)), targets)[0, 1] > 0.95
    # No place is decoded to what it does not have.
    assert (model.decode(rng.normal(size=(50, 48))) < CHOICES).all()


def test_an_ensemble_predicts_what_it_has_not_seen_and_its_members_differ(rng: np.random.Generator) -> None:
    rows = rng.integers(0, 2, (120, 12)).astype(float)
    targets = rows @ rng.normal(size=12)
    config = ProgressiveConfig(epochs=150)
    said = trained_ensemble(rows[:90], targets[:90], config, rng, lambda: None)(rows[90:])[:, :, 0]
    assert said.shape == (5, 30)
    assert np.corrcoef(said.mean(axis=0), targets[90:])[0, 1] > 0.8
    assert said.std(axis=0).min() > 0
