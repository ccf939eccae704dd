"""Trainings of a small cell on digits, begun and gone on with."""

from typing import Any

import torch

from search.evolution.experiments.config import Protocol
from search.training.data.datasets import load_split
from search.training.loop.progress import Pulse
from search.training.loop.run import TrainingRun
from search.training.network.hosts import build_network
from search.training.trainer import train
from tests.training.cases import digits_protocol, ignore, small_cell
from tests.training.states import Memory, assert_same, read


def a_run(**changes: Any) -> TrainingRun:
    """At its beginning, under a protocol with these changes."""
    protocol = digits_protocol(**changes)
    split = load_split(protocol)
    network = build_network(small_cell(), protocol.make_host(split.shape), seed=1)
    pulse = Pulse(ignore, protocol.steps, 3600)
    return TrainingRun(network, split, protocol, torch.device("cpu"), pulse, seed=1)


def assert_goes_on_to_the_same(protocol: Protocol) -> dict[str, Any]:
    """A training from a checkpoint ends in the accuracy and state of one that nobody ended; that state."""

    def trained(checkpoint: Memory) -> float:
        return train(
            small_cell(), protocol, repeat=0, seed=5, progress=ignore, device="cpu", checkpoint=checkpoint
        ).accuracy

    whole = Memory()
    accuracy = trained(whole)
    resumed = Memory(whole.states[4])
    assert trained(resumed) == accuracy
    last: dict[str, Any] = read(whole.states[-1])
    assert_same(read(resumed.states[-1]), last)
    return last
