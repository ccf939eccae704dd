"""What one training will take, told before it is tried: memory, and time.

Pure Python: must import neither Django nor torch.
"""

from collections.abc import Sequence
from statistics import fmean

from search.evolution.config import Protocol
from search.evolution.cost import host_places, layer_cost
from search.evolution.host import Host, host_layers
from search.evolution.phenotype import Phenotype

COPIES = 2.0
"""Bytes kept for the gradient per byte of activations, as a lower bound: a convolution keeps its own output and
that of its ReLU. Measured on the CPU: 2.3 to 3.7, concatenations, indices of pools and buffers included."""

LIKELY_COPIES = 3.0
"""The same as it usually comes out."""

MULTIPLY_ADDS_PER_SECOND = 2.5e9
"""Multiply-adds of the forward pass that one CPU core trains in a second, backward pass and update included.
Measured 2e9 to 4.6e9 on two busy cores."""
SECONDS_PER_OPERATION = 400e-6
"""What each operation of a network costs in each step, however small the images. Measured 200 to 900 µs."""

ENOUGH = 3
"""Recorded trainings that are believed rather than the arithmetic."""
ENOUGH_FOR_A_LINE = 8

Timing = tuple[int, float]
"""Multiply-adds for one image, and the seconds that the evaluation of that network took."""


def training_bytes(
    phenotype: Phenotype,
    host: Host,
    protocol: Protocol,
    *,
    bytes_per_value: int = 4,
    copies: float = COPIES,
    recomputes: bool = False,
) -> int:
    """What training needs at least: activations of one batch, and weights with gradient and momentum.

    `recomputes`: the backward pass computes one cell after the other again, so that never more than one is held.
    """
    train_host = host.model_copy(update={"image_size": protocol.crop or host.image_size})
    layers = [(place, layer_cost(phenotype, place)) for place in host_places(phenotype, train_host)]
    cells = [cost.activations for place, cost in layers if place.layer.kind == "cell"]
    others = sum(cost.activations for place, cost in layers if place.layer.kind != "cell")
    values = others + (max(cells) if recomputes else sum(cells))
    parameters = sum(cost.parameters for _, cost in layers)
    return int(copies * values * protocol.batch_size * bytes_per_value) + 3 * 4 * parameters


def arithmetic_seconds(multiply_adds: float, operations: float, protocol: Protocol) -> float:
    """One evaluation, all repeats, on one CPU core; `operations` are those of all cells of the network."""
    per_step = protocol.batch_size * multiply_adds / MULTIPLY_ADDS_PER_SECOND
    per_step += operations * SECONDS_PER_OPERATION
    return protocol.repeats * protocol.steps * per_step


def cell_count(host: Host) -> int:
    """How many copies of the cell the host holds."""
    return sum(layer.kind == "cell" for layer in host_layers(host))


def recorded_seconds(multiply_adds: int, timings: Sequence[Timing]) -> float | None:
    """What a network of that size will take, from what others took under the same protocol; None: too few did.

    A straight line through many, else their mean; never less than half of the quickest, for a line that is
    followed far enough to the left promises miracles.
    """
    if len(timings) < ENOUGH:
        return None
    mean_size, mean = fmean(size for size, _ in timings), fmean(seconds for _, seconds in timings)
    spread = sum((size - mean_size) ** 2 for size, _ in timings)
    if len(timings) < ENOUGH_FOR_A_LINE or not spread:
        return mean
    slope = sum((size - mean_size) * (seconds - mean) for size, seconds in timings) / spread
    least = min(seconds for _, seconds in timings) / 2
    return max(least, mean + max(0.0, slope) * (multiply_adds - mean_size))
