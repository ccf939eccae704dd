"""Predicted memory and duration of one training.

Pure Python: must import neither Django nor torch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from search.evolution.estimates.activation_memory import Holding, cell_holding
from search.evolution.estimates.step_cost import PASSES, StepCost
from search.evolution.experiments.config import Protocol
from search.evolution.experiments.datasets import is_folder
from search.evolution.experiments.recipes import scored_side, scored_views
from search.evolution.networks.auxiliary import auxiliary_parameters
from search.evolution.networks.cost import PlacedLayer, host_places, network_cost
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Phenotype

CPU_BASE_BYTES = 100 * 2**20
"""What a first training loads besides: parts of torch, kernels, the optimizer. Fitted, as the next two."""
CPU_SLACK = 1.2
"""Memory taken per byte that tensors hold at the peak: what lies between them in the allocator's heap."""
CPU_SCORING_SLACK = 1.8
"""The same while it scores."""
CUDA_BASE_BYTES = 0
"""Beside the context: nothing is known. Nobody has measured on a GPU."""
CUDA_SLACK = 1.2
"""A guess for the blocks that PyTorch's allocator keeps and rounds up."""
SCORING_BATCH = 256
"""Images in one pass of a scoring."""

MAPPED_FROM_BYTES = 32 * 2**20
"""A folder's decoded images that take at least so much lie in a file that all processes map; fewer are in memory."""

DeviceKind = Literal["cpu", "cpu by torch", "cuda"]
"""On a CPU cells run by the kernels of `search.training.native`, or where these are not by torch's operations."""

SECONDS_PER_MULTIPLY_ADD = 2.3e-11
"""Of a step on one CPU core, for each multiply-add of the forward pass, as the next two: fitted by `python
-m tests.benchmarks memory` to kernels on a core of an AMD EPYC; torch's own operations take up to twice as long."""
SECONDS_PER_BYTE = 1.2e-10
"""For each byte of `workload.ideal_bytes`."""
SECONDS_PER_OPERATION = 140e-6
"""For each operation, however small the images."""
SCORINGS = 4
"""How often a training scores on its way and at its end."""
SCORING_SHARE = 0.55
"""Of a training step's time for an image, what scoring it takes: a third of the passes, by slower operations. Measured
where scoring was 39 % of a training (Fashion-MNIST, 150 steps of 64 at crop 24, 2,000 validation images)."""
DIGITS_LIBRARY_BYTES = 124 * 2**20
"""What scikit-learn takes, which only these images come with; others are read as one more copy."""

ENOUGH = 3
"""Recorded trainings that are believed rather than the arithmetic."""
ENOUGH_FOR_A_LINE = 8

Timing = tuple[int, float]
"""Multiply-adds for one image, and the seconds that the evaluation of that network took."""


@dataclass(frozen=True)
class Memory:
    """What one training takes above the process that it begins in, in bytes."""

    tensors: int
    """Held at once at the peak of a step: kept for the backward pass, and gradients."""
    scoring: int
    """Held at once while it scores, weights left out."""
    weights: int
    """Weights, their gradients and their momentum."""
    images: int
    """The data set's."""
    base: int
    slack: float
    scoring_slack: float

    @property
    def bytes(self) -> int:
        """All of it, at the worst moment."""
        peak = max(self.slack * self.tensors, self.scoring_slack * self.scoring)
        return int(peak) + self.weights + self.images + self.base


def training_memory(
    phenotype: Phenotype,
    host: Host,
    protocol: Protocol,
    *,
    kind: DeviceKind = "cpu",
    recomputes: bool = False,
) -> Memory:
    """What training takes on a device of that kind.

    Tensors are counted as they are allocated and freed (`holding`); the rest is fitted by
    `python -m tests.benchmarks memory`. `recomputes`: cells are computed again in the backward pass.
    """
    train_host = training_host(host, protocol)
    kept = peak = 0
    by_kernels = kind == "cpu"
    cells = [cell_holding(cell, by_kernels=by_kernels) for cell in phenotype.cells]
    for place in host_places(phenotype, train_host):
        cell = cells[-1 if place.layer.reduces else 0]
        size = _layer_tensors(place, cell, recomputes=recomputes, by_kernels=by_kernels)
        kept, peak = kept + size.kept, max(peak, kept + size.peak)
    scored = host.model_copy(update={"image_size": scored_side(protocol, protocol.crop, host.image_size)})
    scoring = max(
        _layer_scoring(place, cells[-1 if place.layer.reduces else 0])
        for place in host_places(phenotype, scored)
    )
    parameters = network_cost(phenotype, host).parameters
    beside = auxiliary_parameters(host) if protocol.auxiliary_weight else 0
    value = 2 if kind == "cuda" else 4
    return Memory(
        tensors=value * protocol.batch_size * peak,
        scoring=value * min(SCORING_BATCH, protocol.validation_images) * scoring,
        weights=4 * ((3 + (2 if protocol.weight_averaging else 0)) * parameters + 3 * beside),
        images=_image_bytes(host, protocol, kind),
        base=CUDA_BASE_BYTES if kind == "cuda" else CPU_BASE_BYTES,
        slack=CUDA_SLACK if kind == "cuda" else CPU_SLACK,
        scoring_slack=CUDA_SLACK if kind == "cuda" else CPU_SCORING_SLACK,
    )


def training_bytes(
    phenotype: Phenotype,
    host: Host,
    protocol: Protocol,
    *,
    kind: DeviceKind = "cpu",
    recomputes: bool = False,
) -> int:
    """`training_memory` as one number."""
    return training_memory(phenotype, host, protocol, kind=kind, recomputes=recomputes).bytes


@dataclass(frozen=True)
class _Tensors:
    """Of one layer, in values for one image."""

    kept: int
    peak: int
    """The most at once in its backward pass, what it keeps included."""


def _layer_tensors(place: PlacedLayer, cell: Holding, *, recomputes: bool, by_kernels: bool) -> _Tensors:
    width, before, pixels = place.layer.width, place.input_width * place.input_size**2, place.output_size**2
    if place.layer.kind == "cell":
        unit = width * place.input_size**2
        # Computed again, a cell keeps what leaves it alone, and all of it for as long as its own backward pass takes.
        return _Tensors((cell.output if recomputes else cell.kept) * unit, cell.peak * unit)
    if place.layer.kind == "pool_linear":
        return _Tensors(place.input_width, place.input_width + before)
    # A convolution's, its normalisation's and its ReLU's results; backwards the gradient of each, one by one.
    # The kernels find what lies between a separable convolution's halves again.
    middle = place.input_width * pixels if place.layer.kind == "sep3x3" and not by_kernels else 0
    stem = before if place.layer.kind == "conv3x3" else 0
    kept = middle + 2 * width * pixels + stem
    return _Tensors(kept, kept + max(before + middle, 2 * width * pixels + middle))


def _layer_scoring(place: PlacedLayer, cell: Holding) -> int:
    if place.layer.kind == "cell":
        return cell.scoring * place.layer.width * place.input_size**2
    middle = place.input_width * place.output_size**2
    return place.input_width * place.input_size**2 + middle + 2 * place.output_width * place.output_size**2


def _image_bytes(host: Host, protocol: Protocol, kind: DeviceKind) -> int:
    """The images as bytes, with their labels and order: on a CPU the whole pool once, or nothing of a folder so large
    that a file of its decoded images is mapped; on a GPU what is trained on and scored."""
    known = protocol.dataset_shape.train_images
    train = protocol.train_images or max(0, known - protocol.validation_images)
    used = train + protocol.validation_images
    pool = max(known, used)
    image = host.image_channels * host.image_size**2
    if kind == "cuda":
        return image * used
    mapped = is_folder(protocol.dataset) and image * pool >= MAPPED_FROM_BYTES
    return (0 if mapped else image * pool) + 8 * 2 * pool


def arithmetic_seconds(work: StepCost, protocol: Protocol) -> float:
    """One evaluation, all repeats, its scorings included, on one CPU core; the work is that in `training_host`."""
    scoring = SCORINGS * _scoring_seconds(work, protocol)
    return protocol.repeats * (protocol.steps * step_seconds(work, protocol.batch_size) + scoring)


def step_seconds(work: StepCost, batch_size: int) -> float:
    """One step of training on one CPU core."""
    return batch_size * _image_seconds(work) + SECONDS_PER_OPERATION * work.operations


def _image_seconds(work: StepCost) -> float:
    return SECONDS_PER_MULTIPLY_ADD * work.multiply_adds + SECONDS_PER_BYTE * work.bytes


def _scoring_seconds(work: StepCost, protocol: Protocol) -> float:
    """One pass over the validation images, which are scored whole where training sees crops."""
    size = protocol.shape_host.image_size
    side = scored_side(protocol, protocol.crop, size)
    larger = scored_views(protocol) * (side / (protocol.crop or size)) ** 2
    passes = -(-protocol.validation_images // SCORING_BATCH)
    images = SCORING_SHARE * larger * protocol.validation_images * _image_seconds(work)
    return images + passes * SECONDS_PER_OPERATION * work.operations / PASSES


def reading_bytes(protocol: Protocol) -> int:
    """What a process takes while it reads the data set for the first time, beside the images themselves."""
    if protocol.dataset == "digits":
        return DIGITS_LIBRARY_BYTES
    shape = protocol.dataset_shape
    return shape.image_channels * shape.image_size**2 * shape.train_images


def training_host(host: Host, protocol: Protocol) -> Host:
    """The host as it trains: on cropped images."""
    return host.model_copy(update={"image_size": protocol.crop or host.image_size})


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
