"""Trainer: trains one phenotype once and returns its validation accuracy (methods A9)."""

import gc
import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import torch

from search.evolution.evaluation import (
    DEFAULT_RUNTIME,
    Artifacts,
    Checkpoint,
    Evaluated,
    EvaluationFailed,
    Job,
    Progress,
    ResourceEstimate,
    Runtime,
)
from search.evolution.experiments.config import Protocol
from search.evolution.networks.host import Host, host_layers
from search.evolution.networks.phenotype import Phenotype
from search.training.data.datasets import load_split
from search.training.data.image_source import Split
from search.training.device.processes import ALONE, Processes
from search.training.loop.fitting import estimate_resources_on, must_recompute
from search.training.loop.progress import Pulse, report_while
from search.training.loop.run import Setup, TrainingRun
from search.training.loop.run_state import Identity, Unusable, freeze, identity, thaw, trained_weights
from search.training.native import library
from search.training.network.hosts import Network, build_network

log = logging.getLogger(__name__)
Result = TypeVar("Result")

_ALLOCATOR_WORDS = ("can't allocate memory", "out of memory", "ALLOC_FAILED", "not enough memory")


def evaluate(
    job: Job,
    *,
    progress: Callable[[Progress], None],
    checkpoint: Checkpoint | None = None,
    artifacts: Artifacts | None = None,
) -> Evaluated:
    """Train the job's network from random weights and score it: the evaluator `train`."""
    return train(Subject.of(job), progress=progress, checkpoint=checkpoint)


def estimate(job: Job) -> ResourceEstimate:
    """What `evaluate` would take of which device. Raises EvaluationFailed where there is no such device."""
    return estimate_for(job.phenotype, job.protocol, job.runtime)


def estimate_for(
    phenotype: Phenotype, protocol: Protocol, runtime: Runtime, *, processes: Processes = ALONE
) -> ResourceEstimate:
    """What a training, or one of several processes of it, would take of which device.

    Raises EvaluationFailed where there is no such device.
    """
    place = choose_device(runtime.device)
    return estimate_resources_on(phenotype, protocol, place, runtime, processes=processes)


@dataclass(frozen=True)
class Subject:
    """What is trained, under which protocol, from which seed."""

    phenotype: Phenotype
    protocol: Protocol
    seed: int
    repeat: int = 0
    """From 0; it only names the training: what it changes is in the seed."""
    runtime: Runtime = DEFAULT_RUNTIME
    processes: Processes = ALONE
    """Those that train it together; each calls `train_on` with its own."""
    recomputes: bool = False
    """Cells are computed again in the backward pass, whatever memory there is."""

    @classmethod
    def of(cls, job: Job) -> "Subject":
        """What that job trains."""
        return cls(job.phenotype, job.protocol, job.seed, job.repeat, job.runtime)


def train(
    subject: Subject,
    *,
    progress: Callable[[Progress], None],
    checkpoint: Checkpoint | None = None,
    prepare: Callable[[Network], None] = lambda network: None,
) -> Evaluated:
    """Train on the protocol's training images, score on all of its validation images.

    On a CPU the same phenotype, protocol, seed and number of threads give the same result to the last bit, on machines
    that all have kernels (`native`), or none.
    `progress` is called about every second and may raise Cancelled. A training that finds its state in the checkpoint
    goes on from there. `prepare` may change the network's first weights.

    Raises EvaluationFailed with the reason for a candidate that cannot be scored.
    """
    protocol = subject.protocol
    # A first use may download for minutes; the lease is kept alive meanwhile, and no training time counted.
    split = report_while(lambda: load_split(protocol), lambda: progress(Progress(0, protocol.steps, 0.0)))
    return train_on(split, subject, progress, checkpoint, prepare=prepare, read=_with_weights)


def train_on(
    split: Split,
    subject: Subject,
    progress: Callable[[Progress], None],
    checkpoint: Checkpoint | None,
    *,
    prepare: Callable[[Network], None] = lambda network: None,
    read: Callable[[TrainingRun, Evaluated], Result],
) -> Result:
    """`train` on images that are at hand; `read` makes the result from the finished run.

    Several processes recompute all or none, and where one finds no memory each ends: who started them tries again.
    """
    place, processes = choose_device(subject.runtime.device), subject.processes
    host = subject.protocol.make_host(split.shape)
    short = must_recompute(
        subject.phenotype, host, subject.protocol, place, subject.runtime, processes=processes
    )
    must = subject.recomputes or processes.any(short, place)
    tries = (True,) if must else (False, True) if processes.count == 1 else (False,)
    for recomputes in tries:
        try:
            training = _Training(subject, split, progress, place, recomputes, prepare)
            return read(*_trained(training, checkpoint))
        except (MemoryError, RuntimeError) as error:
            if not _is_out_of_memory(error):
                raise
            # Only the text is kept: the error holds the frames, and with them the memory that must become free.
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        gc.collect()
        if torch.cuda.is_initialized():
            torch.cuda.empty_cache()
        log.warning("repeat %d did not fit in memory: %s", subject.repeat + 1, reason)
    raise EvaluationFailed(
        "out_of_memory",
        f"repeat {subject.repeat + 1} did not fit in memory, computing cells again in the backward pass neither "
        f"({reason}): lower batch_size, channels or the image size",
    )


def prepare_kernels(host: Host, device: torch.device, runtime: Runtime, alive: Callable[[], None]) -> None:
    """Compile what a machine trains its first network by, minutes where it is busy: no training's time, and `alive` is
    called meanwhile."""
    if device.type != "cpu" or runtime.kernels != "auto" or torch.get_num_threads() != 1:
        return
    for width in sorted({layer.width for layer in host_layers(host) if layer.kind == "cell"}):
        report_while(partial(library.library, torch.float32, width), alive)


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


def limit_clock(device: torch.device) -> Callable[[], float]:
    """What a time limit counts: several threads would add up, and a GPU's work is none of the processor's."""
    return time.process_time if device.type == "cpu" and torch.get_num_threads() == 1 else time.monotonic


@dataclass(frozen=True)
class _Training:
    """One try at a training: everything that a run begins from."""

    subject: Subject
    split: Split
    progress: Callable[[Progress], None]
    device: torch.device
    recomputes: bool
    """Cells are computed again in the backward pass, so that the training fits in memory."""
    prepare: Callable[[Network], None]

    def start(self) -> TrainingRun:
        protocol, seed, runtime = self.subject.protocol, self.subject.seed, self.subject.runtime
        clock = limit_clock(self.device)
        host = protocol.make_host(self.split.shape)
        prepare_kernels(host, self.device, runtime, lambda: self.progress(Progress(0, protocol.steps, 0.0)))
        network = build_network(self.subject.phenotype, host, seed=seed)
        self.prepare(network)
        # Now that the network is ready: to build it is no training.
        processes = self.subject.processes
        # Of several processes the first one keeps the time.
        limit = protocol.time_limit_seconds if processes.number == 0 else math.inf
        pulse = Pulse(self.progress, protocol.steps, limit, clock=clock, devices=processes.count)
        network.recomputes = self.recomputes
        setup = Setup(self.split, protocol, self.device, seed, runtime, processes)
        return TrainingRun(network, setup, pulse)


def _trained(training: _Training, checkpoint: Checkpoint | None) -> tuple[TrainingRun, Evaluated]:
    if training.recomputes:
        log.info("cells are computed again in the backward pass, so that the training fits in memory")
    if checkpoint is None:
        run = training.start()
        return run, run.finish()
    subject = training.subject
    whose = identity(subject.phenotype, subject.protocol, seed=subject.seed, device=training.device)
    run = _resumed(training.start, checkpoint, whose)

    def save() -> None:
        if checkpoint.due():
            checkpoint.save(freeze(run, whose))

    return run, run.finish(save)


def _with_weights(run: TrainingRun, result: Evaluated) -> Evaluated:
    return replace(result, weights=trained_weights(run))


def _resumed(start: Callable[[], TrainingRun], checkpoint: Checkpoint, whose: Identity) -> TrainingRun:
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
