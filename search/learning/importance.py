"""Permutation importance: how much worse fitness is predicted once one feature of the networks is shuffled.

A random forest (scikit-learn) is fitted on four fifths of the networks and asked about the last fifth, five times over,
so that every network is predicted once by a forest that has not seen it (Breiman 2001, section 10). What a shuffle
takes away is counted in rank correlation, for ranks are what a search acts on. Features that go together share their
importance, and a forest that predicts nothing has none to give: so its own rank correlation stands beside them.
Features may be names instead of numbers, such as the operation on an edge: each is then shuffled as a whole.
"""

import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.stats import ConstantInputWarning, spearmanr  # type: ignore[import-untyped]
from sklearn import __version__
from sklearn.ensemble import RandomForestRegressor
from sklearn.inspection import permutation_importance
from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder

FEWEST = 40
"""Networks below which a fifth of them is too few to be ranked."""
FOLDS = 5
SHUFFLES = 10
"""Of each feature in each fold."""
TREES = 100
LEAF = 3
"""Networks in the smallest leaf: a single training is too noisy to be learned by heart."""

LARGEST_SEED = 2**32 - FOLDS
"""numpy's seeds are 32 bits, and each fold has the next one."""


def importance(
    words: Sequence[str],
    rows: Sequence[Sequence[float]] | Sequence[Sequence[str]],
    fitness: Sequence[float],
    *,
    seed: int,
    tick: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """A document for the page: {networks, fewest, folds, shuffles, model, rank_correlation, features, seconds}.

    `rows` is [network, feature], numbers or names. `rank_correlation` and each feature have {mean, sd}: over the folds,
    and over all shuffles of all folds. With fewer than FEWEST networks both are empty. `tick` is called between folds.
    """
    about: dict[str, Any] = {
        "networks": len(rows),
        "fewest": FEWEST,
        "folds": FOLDS,
        "shuffles": SHUFFLES,
        "model": f"random forest of {TREES} trees, scikit-learn {__version__}",
        "rank_correlation": None,
        "features": [],
        "seconds": 0.0,
    }
    if len(rows) < FEWEST:
        return about
    began, seed = time.monotonic(), seed % LARGEST_SEED
    x, y = np.asarray(rows), np.asarray(fitness, dtype=float)
    ranks: list[float] = []
    drops: list[np.ndarray] = []  # [feature, shuffle] of each fold
    for fold, (known, held_out) in enumerate(KFold(FOLDS, shuffle=True, random_state=seed).split(x)):
        tick()
        forest = _forest(seed + fold, named=x.dtype.kind == "U")
        forest.fit(x[known], y[known])
        ranks.append(rank_score(forest, x[held_out], y[held_out]))
        found = permutation_importance(
            forest, x[held_out], y[held_out], scoring=rank_score, n_repeats=SHUFFLES, random_state=seed + fold
        )
        drops.append(found.importances)
    shuffled = np.concatenate(drops, axis=1)
    features: list[dict[str, Any]] = [
        {"word": word, "mean": float(values.mean()), "sd": float(values.std(ddof=1))}
        for word, values in zip(words, shuffled, strict=True)
    ]
    return about | {
        "rank_correlation": {"mean": float(np.mean(ranks)), "sd": float(np.std(ranks, ddof=1))},
        "features": sorted(features, key=lambda row: -row["mean"]),
        "seconds": time.monotonic() - began,
    }


def _forest(seed: int, *, named: bool) -> RandomForestRegressor | Pipeline:
    """Names reach the forest as a column each: an order among them would be made up."""
    forest = RandomForestRegressor(TREES, min_samples_leaf=LEAF, random_state=seed, n_jobs=1)
    return make_pipeline(OneHotEncoder(handle_unknown="ignore"), forest) if named else forest


def rank_score(forest: RandomForestRegressor | Pipeline, x: np.ndarray, y: np.ndarray) -> float:
    """Spearman's correlation of predicted and measured fitness; 0 where one of them is the same everywhere."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConstantInputWarning)
        rho = float(spearmanr(forest.predict(x), y).statistic)
    return 0.0 if np.isnan(rho) else rho
