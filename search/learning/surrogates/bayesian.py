"""Bayesian optimisation over networks (Jin et al. 2018, Auto-Keras; Ru et al. 2021, NAS-BOWL; Schrodi et al. 2023).

A Gaussian process with the hierarchical Weisfeiler-Lehman kernel, or with Auto-Keras' edit distance, predicts fitness
and how sure that is; the candidates of the greatest acquisition come next. Departs from the papers: weights of the
levels, signal and noise are set by the likelihood (Auto-Keras fixes the noise at almost nothing); the pool is the
generator that all surrogates share, where Auto-Keras anneals over morphisms and Schrodi evolves by grammar; the
drafts of one version are chosen one after the other, each time believing the predictions of those before; nothing is
inherited. The model is of at most `points` networks, for its time grows with their cube.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr  # type: ignore[import-untyped]

from search.evolution.genotypes.genotype import Genotype
from search.evolution.strategies.bayesian import BayesianConfig
from search.evolution.strategies.report import per_cent
from search.learning.base import Report, Table, Tick
from search.learning.surrogates.archive import Point
from search.learning.surrogates.gaussian_process import GaussianProcess, fitted
from search.learning.surrogates.kernels import (
    edit_kernels,
    edit_views,
    some_anchors,
    wl_kernels,
    wl_views,
)
from search.learning.surrogates.normal_form import normal_form
from search.learning.surrogates.scaling import Scale
from search.learning.surrogates.surrogate import Forecast, Surrogate

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Chosen:
    """One draft's place among the candidates, its prediction and acquisition in the model's units."""

    index: int
    mean: float
    deviation: float
    value: float


class Bayesian(Surrogate[BayesianConfig]):
    """The process is made anew for each version, from the archive alone."""

    fitted_to: GaussianProcess | None = None
    scale = Scale(0.0, 1.0)
    drafts: tuple[Forecast, ...] = ()

    def forecasts(
        self, points: Sequence[Point], count: int, rng: random.Random, tick: Tick
    ) -> list[Forecast]:
        pool = self.candidates(points, self.config.pool, rng, tick)
        if not pool:
            return []
        forms = [normal_form(genotype) for genotype in [*(point.genotype for point in points), *pool]]
        if self.config.kernel == "edit_distance":
            kernels = edit_kernels(forms, some_anchors(forms[: len(points)]), tick)
        else:
            kernels = wl_kernels(forms, self.config.wl_iterations, tick)
        self.scale = Scale.of([point.fitness for point in points])
        targets = self.scale.scaled([point.fitness for point in points])
        counts = np.array([float(point.count) for point in points])
        size = len(points)
        self.fitted_to = fitted(kernels[:, :size, :size], targets, counts, tick)
        chosen = self._chosen(kernels, targets, counts, count, tick)
        self.drafts = tuple(self._forecast(pool[row.index], row) for row in chosen)
        return list(self.drafts)

    def _chosen(
        self, kernels: Floats, targets: Floats, counts: Floats, count: int, tick: Tick
    ) -> list[Chosen]:
        """The greatest acquisition, again and again; each choice counts as evaluated, with what was predicted."""
        assert self.fitted_to is not None
        known = list(range(len(targets)))
        left = list(range(len(targets), kernels.shape[1]))
        process, best = self.fitted_to, float(self._denoised(kernels, len(targets)).max())
        found: list[Chosen] = []
        while left and len(found) < count:
            tick()
            cross = kernels[:, left][:, :, known]
            means, deviations = process.posterior(cross, kernels[:, left, left])
            values = self._acquisition(means, deviations, best)
            place = int(np.argmax(values))
            index = left.pop(place)
            found.append(
                Chosen(index - len(counts), *(float(row[place]) for row in (means, deviations, values)))
            )
            known.append(index)
            targets = np.append(targets, means[place])
            # Of one evaluation, as it will be.
            weights = np.append(counts, np.ones(len(targets) - len(counts)))
            process = GaussianProcess(kernels[:, known][:, :, known], targets, weights, process.parameters)
        return found

    def _denoised(self, kernels: Floats, size: int) -> Floats:
        """What the process holds the known ones to be worth: the best of noisy fitnesses was also lucky."""
        assert self.fitted_to is not None
        known = kernels[:, :size, :size]
        return self.fitted_to.posterior(known, np.diagonal(known, axis1=1, axis2=2))[0]

    def _acquisition(self, means: Floats, deviations: Floats, best: float) -> Floats:
        if self.config.acquisition == "upper_bound":
            return means + self.config.bound_width * deviations
        return expected_improvement(means, deviations, best)

    def _forecast(self, genotype: Genotype, row: Chosen) -> Forecast:
        width = self.scale.width
        if self.config.acquisition == "upper_bound":
            because = f"upper bound {100 * self.scale.fitness(row.value):.1f} %"
        else:
            because = f"expected improvement {100 * width * row.value:.2f} points"
        return Forecast(genotype, self.scale.fitness(row.mean), width * row.deviation, because)

    def own_report(self) -> Report:
        if self.fitted_to is None:
            return Report()
        noise = self.scale.width * self.fitted_to.noise
        spread = self.scale.width * math.exp(self.fitted_to.parameters.log_signal)
        edits = self.config.kernel == "edit_distance"
        names = edit_views() if edits else wl_views(self.space)
        weights = self.fitted_to.parameters.weights
        rows = tuple(
            (view, f"{100 * weight:.1f} %") for view, weight in zip(names, map(float, weights), strict=True)
        )
        drafts = tuple(
            (number, per_cent(row.mean), per_cent(row.deviation), row.because)
            for number, row in enumerate(self.drafts, start=1)
        )
        return Report(
            (
                ("Noise of one evaluation", per_cent(noise)),
                ("Spread between networks", per_cent(spread)),
            ),
            (
                Table("Acquisition of the latest drafts", ("Draft", "Predicted", "±", "Chosen for"), drafts),
                Table("What makes networks alike", ("View", "Weight in the kernel"), rows),
            ),
            {"noise": noise, "log_likelihood": self.fitted_to.log_likelihood()},
        )


def expected_improvement(means: Floats, deviations: Floats, best: float) -> Floats:
    """E[max(f - best, 0)] of normal f: (m - best) Phi(z) + s phi(z), z = (m - best) / s."""
    spread = np.maximum(deviations, 1e-12)
    ahead = means - best
    z = ahead / spread
    improvement: Floats = ahead * ndtr(z) + spread * np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
    return improvement
