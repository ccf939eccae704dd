"""Trainings of a small cell on digits, begun and gone on with."""

from collections.abc import Callable
from typing import Any

import torch

from search.evolution.evaluation import Checkpoint, Evaluated, Progress, Runtime
from search.evolution.experiments.config import Protocol
from search.evolution.networks.phenotype import Phenotype
from search.training.data.datasets import load_split
from search.training.loop.progress import Pulse
from search.training.loop.run import Setup, TrainingRun
from search.training.network.hosts import build_network
from search.training.trainer import Subject, train
from tests.training.cases import digits_protocol, ignore, small_cell
from tests.training.states import Memory, assert_same, read


def a_run(**changes: Any) -> TrainingRun:
    """At its beginning, under a protocol with these changes."""
    protocol = digits_protocol(**changes)
    split = load_split(protocol)
    network = build_network(small_cell(), protocol.make_host(split.shape), seed=1)
    pulse = Pulse(ignore, protocol.steps, 3600)
    return TrainingRun(network, Setup(split, protocol, torch.device("cpu"), seed=1), pulse)


CPU = Runtime(device="cpu")


def trained(
    phenotype: Phenotype,
    protocol: Protocol,
    *,
    seed: int = 1,
    progress: Callable[[Progress], None] = ignore,
    checkpoint: Checkpoint | None = None,
    runtime: Runtime = CPU,
) -> Evaluated:
    """A whole training."""
    subject = Subject(phenotype, protocol, seed, runtime=runtime)
    return train(subject, progress=progress, checkpoint=checkpoint)


def assert_goes_on_to_the_same(protocol: Protocol) -> dict[str, Any]:
    """A training from a checkpoint ends in the accuracy and state of one that nobody ended; that state."""

    whole = Memory()
    accuracy = trained(small_cell(), protocol, seed=5, checkpoint=whole).accuracy
    resumed = Memory(whole.states[4])
    assert trained(small_cell(), protocol, seed=5, checkpoint=resumed).accuracy == accuracy
    last: dict[str, Any] = read(whole.states[-1])
    assert_same(read(resumed.states[-1]), last)
    return last
