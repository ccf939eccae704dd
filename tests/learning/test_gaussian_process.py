"""The Gaussian process against the textbook's formulas, its gradient against finite differences."""

import math

import numpy as np
import pytest

from search.learning.surrogates.bayesian import expected_improvement
from search.learning.surrogates.gaussian_process import (
    JITTER,
    Floats,
    GaussianProcess,
    Parameters,
    fitted,
    log_prior,
)


def radial(rows: Floats, others: Floats, width: float) -> Floats:
    kernel: Floats = np.exp(-((rows[:, None] - others[None, :]) ** 2) / width)
    return kernel


@pytest.fixture
def made() -> tuple[Floats, Floats, Floats, Floats]:
    """Places, kernels of two widths, targets with noise, counts."""
    rng = np.random.default_rng(0)
    places = np.sort(rng.uniform(0, 10, 40))
    kernels = np.stack([radial(places, places, 0.01), radial(places, places, 4.0)])
    targets = np.sin(places) * 1.4 + rng.normal(0, 0.2, 40)
    return places, kernels, targets, np.where(places < 5, 1.0, 3.0)


def test_the_posterior_is_the_direct_formula(made: tuple[Floats, ...]) -> None:
    places, kernels, targets, counts = made
    process = GaussianProcess(kernels, targets, counts, Parameters(np.array([0.3, -0.2]), 0.1, -1.5))
    new = np.array([0.5, 5.0, 30.0])
    cross = np.stack([radial(new, places, 0.01), radial(new, places, 4.0)])
    means, deviations = process.posterior(cross, np.ones((2, 3)))
    share = math.exp(0.3) / (math.exp(0.3) + math.exp(-0.2))
    signal, noise = math.exp(0.2), math.exp(-3.0)
    known = signal * (share * kernels[0] + (1 - share) * kernels[1])
    between = signal * (share * cross[0] + (1 - share) * cross[1])
    inverse = np.linalg.inv(known + np.diag(noise / counts + JITTER))
    assert np.allclose(means, between @ inverse @ targets)
    assert np.allclose(deviations**2, signal - np.einsum("ij,jk,ik->i", between, inverse, between))
    # Far from everything it knows nothing: the mean of the targets' scale, and the whole signal's spread.
    assert (means[2], deviations[2]) == (pytest.approx(0), pytest.approx(math.sqrt(signal)))
    direct = -0.5 * targets @ inverse @ targets + 0.5 * np.linalg.slogdet(inverse)[1]
    assert process.log_likelihood() == pytest.approx(direct - 20 * math.log(2 * math.pi))


def test_the_gradient_of_the_likelihood_is_that_of_finite_differences(made: tuple[Floats, ...]) -> None:
    _, kernels, targets, counts = made
    here = np.array([0.4, -0.3, 0.2, -1.1])

    def likelihood(flat: Floats) -> float:
        return GaussianProcess(kernels, targets, counts, Parameters.read(flat)).log_likelihood()

    differences = [(likelihood(here + step) - likelihood(here - step)) / 2e-5 for step in 1e-5 * np.eye(4)]
    gradient = GaussianProcess(kernels, targets, counts, Parameters.read(here)).gradient()
    assert gradient == pytest.approx(differences, rel=1e-5)


def test_the_likelihood_finds_the_view_that_explains_and_the_noise(made: tuple[Floats, ...]) -> None:
    _, kernels, targets, _ = made
    process = fitted(kernels, targets, np.ones(40), lambda: None)
    assert process.parameters.weights[1] > 0.8
    assert 0.1 < process.noise < 0.4


def test_the_gradient_of_the_prior_is_that_of_finite_differences() -> None:
    here = np.array([0.4, -0.3, 0.2, -1.1])
    differences = [
        (log_prior(Parameters.read(here + step))[0] - log_prior(Parameters.read(here - step))[0]) / 2e-5
        for step in 1e-5 * np.eye(4)
    ]
    assert log_prior(Parameters.read(here))[1] == pytest.approx(differences, rel=1e-5)


@pytest.mark.parametrize("targets", [[0.9, 1.0, 1.1, 1.0, 0.9], [-1.0, 1.0, -1.0, 1.0, -1.0], [0.0] * 5])
def test_of_five_points_the_noise_stays_what_a_training_usually_has(targets: list[float]) -> None:
    places = np.arange(5.0)
    kernels = np.stack([radial(places, places, 0.01), radial(places, places, 4.0)])
    process = fitted(kernels, np.array(targets), np.ones(5), lambda: None)
    assert 0.05 < process.noise < 1.0


def test_expected_improvement_is_the_mean_of_what_is_gained() -> None:
    rng = np.random.default_rng(1)
    means, deviations = np.array([0.0, 1.0, -1.0]), np.array([1.0, 0.5, 2.0])
    drawn = means[:, None] + deviations[:, None] * rng.standard_normal((3, 200_000))
    gained = np.maximum(drawn - 0.5, 0).mean(axis=1)
    assert expected_improvement(means, deviations, 0.5) == pytest.approx(gained, rel=0.02)
    # Nothing is left to find out: what is certain gains exactly what it is ahead.
    assert expected_improvement(np.array([0.7, 0.3]), np.zeros(2), 0.5) == pytest.approx([0.2, 0.0])
