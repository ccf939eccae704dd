"""Gaussian process over a weighted sum of given kernels, with noise; its likelihood, gradient and posterior.

Covariance of targets: s^2 sum_v w_v K_v + n^2 diag(1/c), weights w a softmax, c how many evaluations a target is the
mean of. What is unknown is set to the maximum of the marginal likelihood (Rasmussen & Williams 2006, equations 2.25,
2.26, 5.8, 5.9) times a prior. The noise is modelled: a training differs from its repetition by 0.1 to 0.2 points, and
Auto-Keras' 1e-10 is wrong for real fitness (methods B9). The prior matters while points are few: five of them are as
well explained by no noise as by nothing else, and the likelihood alone goes to one end or the other.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, solve_triangular  # type: ignore[import-untyped]
from scipy.optimize import minimize  # type: ignore[import-untyped]

from search.learning.base import Tick

Floats = NDArray[np.float64]
JITTER = 1e-8
SIGNAL, NOISE, WEIGHT = (-3.0, 3.0), (-4.0, 1.0), (-4.0, 4.0)
"""Bounds of the logarithms of s and n, in units of the scaled targets, and of the weights' logits."""
LIKELY_SIGNAL, LIKELY_NOISE, LIKELY_WEIGHT = (0.0, 1.0), (float(np.log(0.25)), 0.75), (0.0, 2.0)
"""The prior: mean and standard deviation of the same logarithms and logits. Targets are scaled to a spread of one, of
which a quarter is noise, give or take a factor of two; weights are alike. Of hundreds of points it is not noticed."""
STEPS = 40


@dataclass(frozen=True)
class Parameters:
    """What is set by the likelihood."""

    logits: Floats
    log_signal: float
    log_noise: float

    @property
    def weights(self) -> Floats:
        raised = np.exp(self.logits - self.logits.max())
        weights: Floats = raised / raised.sum()
        return weights

    def flat(self) -> Floats:
        return np.concatenate([self.logits, [self.log_signal, self.log_noise]])

    @classmethod
    def read(cls, flat: Floats) -> "Parameters":
        return cls(flat[:-2], float(flat[-2]), float(flat[-1]))


class GaussianProcess:
    """Of N targets whose kernels are `kernels` [views, N, N]."""

    def __init__(self, kernels: Floats, targets: Floats, counts: Floats, parameters: Parameters) -> None:
        self.parameters = parameters
        self._kernels, self._targets, self._counts = kernels, targets, counts
        signal = np.exp(2 * parameters.log_signal)
        self._covariance = signal * np.tensordot(parameters.weights, kernels, axes=1)
        noise = np.exp(2 * parameters.log_noise) / counts + JITTER
        self._factor = cho_factor(self._covariance + np.diag(noise), lower=True)
        self._alpha: Floats = cho_solve(self._factor, targets)

    @property
    def noise(self) -> float:
        """Standard deviation of one evaluation."""
        return float(np.exp(self.parameters.log_noise))

    def log_likelihood(self) -> float:
        lower = np.diag(self._factor[0])
        size = len(self._targets)
        fit = -0.5 * float(self._targets @ self._alpha)
        return fit - float(np.log(lower).sum()) - 0.5 * size * float(np.log(2 * np.pi))

    def gradient(self) -> Floats:
        """Of the log-likelihood by logits, log signal and log noise: 1/2 tr((a a' - C^-1) dC)."""
        inner = np.outer(self._alpha, self._alpha) - cho_solve(self._factor, np.eye(len(self._targets)))
        weights, signal = self.parameters.weights, np.exp(2 * self.parameters.log_signal)
        by_view = 0.5 * signal * np.einsum("vij,ij->v", self._kernels, inner)
        by_logits = weights * (by_view - float(weights @ by_view))
        by_signal = float(np.sum(self._covariance * inner))
        noise = np.exp(2 * self.parameters.log_noise) / self._counts
        by_noise = float(np.sum(np.diag(inner) * noise))
        return np.concatenate([by_logits, [by_signal, by_noise]])

    def posterior(self, cross: Floats, own: Floats) -> tuple[Floats, Floats]:
        """Mean and standard deviation, without noise, of M others: kernels with the N [views, M, N], with
        themselves [views, M]."""
        signal, weights = np.exp(2 * self.parameters.log_signal), self.parameters.weights
        between = signal * np.tensordot(weights, cross, axes=1)
        spread = solve_triangular(self._factor[0], between.T, lower=True)
        variance = signal * (weights @ own) - np.sum(spread**2, axis=0)
        return between @ self._alpha, np.sqrt(np.maximum(variance, 0.0))


def log_prior(parameters: Parameters) -> tuple[float, Floats]:
    """Up to a constant, with its gradient by logits, log signal and log noise."""
    likely = [LIKELY_WEIGHT] * len(parameters.logits) + [LIKELY_SIGNAL, LIKELY_NOISE]
    means, deviations = np.array(likely).T
    away = (parameters.flat() - means) / deviations
    return -0.5 * float(away @ away), -away / deviations


def fitted(kernels: Floats, targets: Floats, counts: Floats, tick: Tick) -> GaussianProcess:
    """With the most likely parameters found from a fixed start."""
    views = len(kernels)
    start = Parameters(np.zeros(views), 0.0, -1.0).flat()

    def slope_of_loss(flat: Floats) -> Any:
        tick()
        parameters = Parameters.read(flat)
        process = GaussianProcess(kernels, targets, counts, parameters)
        prior, slope = log_prior(parameters)
        return -process.log_likelihood() - prior, -process.gradient() - slope

    bounds = [WEIGHT] * views + [SIGNAL, NOISE]
    found = minimize(
        slope_of_loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": STEPS}
    )
    return GaussianProcess(kernels, targets, counts, Parameters.read(found.x))
