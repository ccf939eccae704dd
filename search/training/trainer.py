"""Trains one phenotype once and scores it: the function that the workers call (methods A9)."""

import gc
import logging
from collections.abc import Callable
from dataclasses import replace

import torch

from search.evolution.config import Protocol
from search.evolution.evaluation import Checkpoint, EvaluationFailed, Need, Progress, TrainResult
from search.evolution.phenotype import Phenotype
from search.training.datasets import Split, load_split
from search.training.hosts import build_network
from search.training.memory import must_recompute, need_of
from search.training.pulse import Pulse, report_while
from search.training.run import Run
from search.training.saving import Identity, Unusable, freeze, identity, thaw, trained_weights

log = logging.getLogger(__name__)

_ALLOCATOR_WORDS = ("can't allocate memory", "out of memory", "ALLOC_FAILED", "not enough memory")


def train(
    phenotype: Phenotype,
    protocol: Protocol,
    *,
    repeat: int,
    seed: int,
    progress: Callable[[Progress], None],
    device: str = "auto",
    checkpoint: Checkpoint | None = None,
) -> TrainResult:
    """Train on the protocol's training images, score on all of its validation images.

    On a CPU the same phenotype, protocol, seed and number of threads give the same result to the last bit, on machines
    that all have kernels (`native`), or none.
    `repeat` only names the run: what it changes is in the seed. `progress` is called about every second and may
    raise Cancelled. A training that finds its state in the checkpoint goes on from there.

    Raises EvaluationFailed with the reason for a candidate that cannot be scored.
    """
    place = choose_device(device)
    # A first use may download for minutes; the lease is kept alive meanwhile, and no training time counted.
    split = report_while(lambda: load_split(protocol), lambda: progress(Progress(0, protocol.steps, 0.0)))
    must = must_recompute(phenotype, protocol.make_host(split.shape), protocol, place)
    for recomputes in (True,) if must else (False, True):
        try:
            return _train(phenotype, protocol, split, seed, progress, place, checkpoint, recomputes)
        except (MemoryError, RuntimeError) as error:
            if not _is_out_of_memory(error):
                raise
            # Only the text is kept: the error holds the frames, and with them the memory that must become free.
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        gc.collect()
        if torch.cuda.is_initialized():
            torch.cuda.empty_cache()
        log.warning("repeat %d did not fit in memory: %s", repeat + 1, reason)
    raise EvaluationFailed(
        "out_of_memory",
        f"repeat {repeat + 1} did not fit in memory, computing cells again in the backward pass neither ({reason}): "
        "lower batch_size, channels or the image size",
    )


def appraise(phenotype: Phenotype, protocol: Protocol, *, device: str = "auto") -> Need:
    """What `train` would take of which device. Raises EvaluationFailed where there is no such device."""
    return need_of(phenotype, protocol, choose_device(device))


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
    split: Split,
    seed: int,
    progress: Callable[[Progress], None],
    device: torch.device,
    checkpoint: Checkpoint | None,
    recomputes: bool,
) -> TrainResult:
    host = protocol.make_host(split.shape)
    if recomputes:
        log.info("cells are computed again in the backward pass, so that the training fits in memory")

    def start() -> Run:
        pulse = Pulse(progress, protocol.steps, protocol.time_limit_seconds)
        network = build_network(phenotype, host, seed=seed)
        network.recomputes = recomputes
        return Run(network, split, protocol, device, pulse, seed=seed)

    if checkpoint is None:
        return _finished(start())
    whose = identity(phenotype, protocol, seed=seed, device=device)
    run = _resumed(start, checkpoint, whose)

    def save() -> None:
        if checkpoint.due():
            checkpoint.save(freeze(run, whose))

    return _finished(run, save)


def _finished(run: Run, between_steps: Callable[[], None] = lambda: None) -> TrainResult:
    return replace(run.finish(between_steps), weights=trained_weights(run))


def _resumed(start: Callable[[], Run], checkpoint: Checkpoint, whose: Identity) -> Run:
    """A run that stands where the checkpoint says, or at its beginning."""
    run, content = start(), checkpoint.load()
    if content is None:
        return run
    try:
        thaw(run, content, whose)
    except Unusable as reason:
        log.warning("a checkpoint was not used, the repeat starts again: %s", reason)
        return start()
    log.info("goes on after step %d of %d", run.pulse.step, run.protocol.steps)
    return run


def _is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    return any(word in str(error) for word in _ALLOCATOR_WORDS)
