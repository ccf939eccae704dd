"""What is known of a surrogate, as a JSON document for its page: how well it ranks, its noise, and its sample.

Must import neither Django nor torch.
"""

from dataclasses import asdict
from typing import Any

import numpy as np
from scipy.stats import kendalltau  # type: ignore[import-untyped]
from sklearn import __version__

from search.evolution.statistics.reliability import reliability
from search.learning.tabular.boosting import FOLDS, MODEL, Floats, held_out
from search.learning.tabular.surrogate import Surrogate
from search.tables.correlations import correlation
from search.tables.features import feature_names
from search.tables.table import SPLITS, Split

QUANTILES = (0.0, 0.25, 0.5, 0.75, 1.0)
GROUPS = 5
DRAWS = 200
"""For an interval of Kendall's tau, which takes longer than Spearman's."""


def surrogate_report(surrogate: Surrogate) -> dict[str, Any]:
    """Takes as long as FOLDS models for each of eight columns: seconds."""
    sample, last = surrogate.sample, surrogate.budgets[-1]
    measured = surrogate.measured(last)
    validation = sample.accuracy[:, :, -1, SPLITS.index("validation")].astype(np.float64)
    told = reliability(validation.tolist()) if sample.seeds > 1 else None
    return {
        "facts": asdict(surrogate.facts),
        "about": {name: sample.about.get(name, "") for name in ("built", "hardware", "seconds", "protocol")},
        "model": f"{MODEL} on {len(feature_names(surrogate.space))} features, scikit-learn {__version__}",
        "folds": FOLDS,
        "ranks": [_ranks(surrogate, budget) for budget in surrogate.budgets],
        "error": float(np.sqrt(np.mean((surrogate.held_out - measured) ** 2))),
        "spread": float(measured.std()),
        "reliability": None if told is None else asdict(told),
        "one_against_another": asdict(correlation(validation[:, 0], validation[:, 1]))
        if sample.seeds > 1
        else None,
        "against": np.stack([surrogate.held_out, measured], axis=1).round(4).tolist(),
        "noise": _noise(surrogate),
        "by_parameters": _by_parameters(surrogate),
        "best_measured": float(sample.test_accuracy.max()),
        "best_predicted": surrogate.best_predicted,
    }


def _ranks(surrogate: Surrogate, budget: int) -> dict[str, Any]:
    """Held-out rank correlations at one budget: against the mean of the trainings it was not fitted on."""
    found: dict[str, Any] = {"steps": budget}
    splits: tuple[Split, ...] = ("validation", "test")
    for split in splits:
        y = surrogate.measured(budget, split)
        is_kept = (budget, split) == (surrogate.budgets[-1], "validation")
        predicted = surrogate.held_out if is_kept else held_out(surrogate.x, y)
        found[split] = {
            "spearman": asdict(correlation(predicted, y)),
            "kendall": asdict(correlation(predicted, y, statistic=_tau, draws=DRAWS)),
        }
    return found


def _tau(one: Floats, other: Floats) -> float:
    """Kendall's tau-b, without the chance of it, which would take longer than all else."""
    return float(kendalltau(one, other, method="asymptotic").statistic)


def _noise(surrogate: Surrogate) -> list[dict[str, float]]:
    """Standard deviation of one training's accuracies after the last step, by level."""
    noise, last = surrogate.noise, surrogate.budgets[-1]
    return [
        {
            "accuracy": float(level),
            "validation": float(row[surrogate.column(last, "validation")]),
            "test": float(row[surrogate.column(last, "test")]),
        }
        for level, row in zip(noise.levels, noise.deviations, strict=True)
    ]


def _by_parameters(surrogate: Surrogate) -> list[dict[str, Any]]:
    """Equally large groups of the sample, by parameters: measured mean test accuracy."""
    parameters, accuracy = surrogate.sample.parameters, surrogate.sample.test_accuracy
    groups = np.array_split(np.argsort(parameters, kind="stable"), min(GROUPS, len(parameters)))
    return [
        {
            "low": int(parameters[rows].min()),
            "high": int(parameters[rows].max()),
            "networks": len(rows),
            "accuracy": np.quantile(accuracy[rows], QUANTILES).tolist(),
        }
        for rows in groups
    ]
