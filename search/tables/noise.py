"""The noise of trainings: how far single ones lie from their network's mean, by how accurate the network is.

A training's noise is one draw over all columns (budgets and splits) together, with the correlations that they have in
the stored trainings: who is lucky after ten steps is likely lucky after twenty. Must import neither Django nor torch.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
LEVELS = 8
"""Equally many networks each, from the least accurate to the most: weak networks are noisier than strong ones."""


@dataclass(frozen=True)
class NoiseModel:
    """Standard deviations by level; between two levels they are read off the straight line."""

    levels: Floats
    """Mean accuracy of each level's networks, ascending."""
    deviations: Floats
    """[level, column]."""
    mixing: Floats
    """[column, column]: takes independent normal values to ones with the columns' correlations."""

    def deviations_at(self, accuracy: float) -> Floats:
        """[column] at that level; beyond the ends, those of the ends."""
        return np.array([np.interp(accuracy, self.levels, column) for column in self.deviations.T])

    def draw(self, accuracy: float, seed: int) -> Floats:
        """[column]: what one training adds to its network's means; the same for the same seed."""
        independent = np.random.default_rng(seed).standard_normal(len(self.mixing))
        drawn: Floats = self.deviations_at(accuracy) * (self.mixing @ independent)
        return drawn


def deviations_of(values: Floats) -> Floats:
    """[network, seed, column] -> [deviation, column]: from the network's mean, made as large as from the true one."""
    seeds = values.shape[1]
    apart: Floats = (values - values.mean(axis=1, keepdims=True)) * np.sqrt(seeds / (seeds - 1))
    return apart.reshape(-1, values.shape[2])


def fitted_noise(accuracy: Floats, deviations: Floats) -> NoiseModel:
    """Of single deviations [deviation, column], each with the mean accuracy of its network."""
    groups = np.array_split(np.argsort(accuracy, kind="stable"), min(LEVELS, len(accuracy)))
    spread = np.array([np.sqrt((deviations[rows] ** 2).mean(axis=0)) for rows in groups])
    scaled = np.concatenate(
        [
            np.divide(deviations[rows], row, out=np.zeros_like(deviations[rows]), where=row > 0)
            for rows, row in zip(groups, spread, strict=True)
        ]
    )
    correlations = scaled.T @ scaled / len(scaled)
    values, vectors = np.linalg.eigh(correlations)
    mixing: Floats = vectors * np.sqrt(np.maximum(values, 0.0))
    return NoiseModel(np.array([accuracy[rows].mean() for rows in groups]), spread, mixing)
