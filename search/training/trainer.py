"""Trains one phenotype once and scores it: the function that the workers call (methods A9)."""

import gc
from collections.abc import Callable

import torch

from search.evolution.config import Protocol
from search.evolution.evaluation import EvaluationFailed, Progress, TrainResult
from search.evolution.phenotype import Phenotype
from search.training.datasets import load_split
from search.training.hosts import build_network
from search.training.memory import check_memory
from search.training.pulse import Pulse, report_while
from search.training.run import Run

_ALLOCATOR_WORDS = ("can't allocate memory", "out of memory", "ALLOC_FAILED", "not enough memory")


def train(
    phenotype: Phenotype,
    protocol: Protocol,
    *,
    repeat: int,
    seed: int,
    progress: Callable[[Progress], None],
    device: str = "auto",
) -> TrainResult:
    """Train on the protocol's training images, score on all of its validation images.

    On a CPU the same phenotype, protocol, seed and number of threads give the same result to the last bit.
    `repeat` only names the run: what it changes is in the seed. `progress` is called about every second and may
    raise Cancelled.

    Raises EvaluationFailed with the reason for a candidate that cannot be scored.
    """
    try:
        return _train(phenotype, protocol, seed, progress, choose_device(device))
    except (MemoryError, RuntimeError) as error:
        if not _is_out_of_memory(error):
            raise
        # Only the text is kept: the error holds the frames, and with them the memory that must become free.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    gc.collect()
    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    raise EvaluationFailed(
        "out_of_memory",
        f"repeat {repeat + 1} did not fit in memory ({reason}): lower batch_size, channels or the image size",
    )


def choose_device(name: str) -> torch.device:
    """`auto` is CUDA where there is any. CUDA is asked for here and nowhere earlier: never before a fork."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        raise EvaluationFailed("error", f"unknown device {name!r}; use auto, cpu, cuda or cuda:1") from None
    if device.type == "cuda" and not torch.cuda.is_available():
        raise EvaluationFailed(
            "error", f"device {name} was asked for and this worker has no CUDA; use auto or cpu"
        )
    return device


def _train(
    phenotype: Phenotype,
    protocol: Protocol,
    seed: int,
    progress: Callable[[Progress], None],
    device: torch.device,
) -> TrainResult:
    # A first use may download for minutes; the lease is kept alive meanwhile, and no training time counted.
    split = report_while(lambda: load_split(protocol), lambda: progress(Progress(0, protocol.steps, 0.0)))
    host = protocol.make_host(split.shape)
    check_memory(phenotype, host, protocol, device)
    pulse = Pulse(progress, protocol.steps, protocol.time_limit_seconds)
    network = build_network(phenotype, host, seed=seed)
    return Run(network, split, protocol, device, pulse, seed=seed).finish()


def _is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return any(word in str(error) for word in _ALLOCATOR_WORDS)
