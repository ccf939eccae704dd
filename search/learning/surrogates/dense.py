"""Fully connected networks with ReLU between their layers, several at once, with gradients and Adam. Needs numpy.

Networks of a few hundred rows and units: a whole training costs a second of one processor, and the process that
learns need not load torch. The gradients are held against finite differences in the tests.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Dense:
    """`members` networks of the same sizes side by side."""

    def __init__(self, sizes: Sequence[int], members: int, rng: np.random.Generator) -> None:
        self.parameters: list[Floats] = []
        """Weights [members, in, out] and biases [members, 1, out], layer by layer."""
        for rows, columns in pairwise(sizes):
            # He et al. 2015: keeps the variance through ReLUs.
            self.parameters.append(rng.normal(0, np.sqrt(2 / rows), (members, rows, columns)))
            self.parameters.append(np.zeros((members, 1, columns)))

    def forward(self, rows: Floats) -> list[Floats]:
        """What enters each layer, and the output: [members, N, width]. `rows` may be the same for all, [N, width]."""
        passed = [rows]
        layers = len(self.parameters) // 2
        for layer in range(layers):
            value = passed[-1] @ self.parameters[2 * layer] + self.parameters[2 * layer + 1]
            passed.append(value if layer == layers - 1 else np.maximum(value, 0.0))
        return passed

    def __call__(self, rows: Floats) -> Floats:
        return self.forward(rows)[-1]

    def backward(self, passed: Sequence[Floats], slope: Floats) -> tuple[list[Floats], Floats]:
        """Gradients of the parameters, and of the input, from that of the output."""
        gradients: list[Floats] = []
        layers = len(self.parameters) // 2
        for layer in reversed(range(layers)):
            if layer < layers - 1:
                slope = slope * (passed[layer + 1] > 0)
            entered = passed[layer]
            gradients[:0] = [np.swapaxes(entered, -1, -2) @ slope, slope.sum(axis=-2, keepdims=True)]
            slope = slope @ np.swapaxes(self.parameters[2 * layer], -1, -2)
        return gradients, slope


@dataclass
class Adam:
    """Kingma & Ba 2015, with decay of weights added to the gradient and a bound on the gradient's length."""

    rate: float
    decay: float = 0.0
    longest: float | None = None
    steps: int = 0
    means: list[Floats] = field(default_factory=list)
    squares: list[Floats] = field(default_factory=list)

    def step(self, parameters: Sequence[Floats], gradients: Sequence[Floats]) -> None:
        """Changes the parameters in place."""
        if not self.means:
            self.means = [np.zeros_like(row) for row in parameters]
            self.squares = [np.zeros_like(row) for row in parameters]
        self.steps += 1
        length = np.sqrt(sum(float(np.sum(row * row)) for row in gradients))
        shrink = 1.0 if self.longest is None or length <= self.longest else self.longest / length
        for parameter, gradient, mean, square in zip(
            parameters, gradients, self.means, self.squares, strict=True
        ):
            slope = shrink * gradient + self.decay * parameter
            mean += 0.1 * (slope - mean)
            square += 0.001 * (slope * slope - square)
            parameter -= (
                self.rate
                * (mean / (1 - 0.9**self.steps))
                / (np.sqrt(square / (1 - 0.999**self.steps)) + 1e-8)
            )
