"""Gradient boosting of one column on the features of networks: the same rows always give the same model.

Must import neither Django nor torch.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.model_selection import KFold

Floats = npt.NDArray[np.float64]
FOLDS = 5
TREES = 200
SETTINGS: dict[str, Any] = {
    "n_estimators": TREES,
    "learning_rate": 0.05,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 10,  # two trainings a network are too noisy to be learned by heart
    "subsample": 0.5,
    "max_features": 0.3,
}
MODEL = f"gradient boosting of {TREES} trees"


def boosted(x: Floats, y: Floats) -> GradientBoostingRegressor:
    """Fitted to [network, feature] and [network]. Its trees are grown one after the other, on one core."""
    return GradientBoostingRegressor(random_state=0, **SETTINGS).fit(x, y)


def held_out(x: Floats, y: Floats) -> Floats:
    """[network]: each predicted by a model that has not seen it, FOLDS models in all."""
    found = np.empty_like(y)
    for known, asked in KFold(FOLDS, shuffle=True, random_state=0).split(x):
        found[asked] = boosted(x[known], y[known]).predict(x[asked])
    return found
