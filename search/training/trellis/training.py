"""The trellis trained from scratch under a protocol, as any network is: `python -m search.training.trellis.training`.

Reads {"protocol": ..., "layers": ..., "seed": ..., "device": ...} from its standard input and prints one JSON line.
A process of its own, because whoever asks must not load torch.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

import torch

from search.evolution.estimates.trellis_shape import TrellisShape
from search.evolution.evaluation import Evaluated, EvaluationFailed, Progress, Runtime
from search.evolution.experiments.config import Protocol
from search.training.data.datasets import load_split
from search.training.loop.progress import Pulse
from search.training.loop.run import Setup, TrainingRun
from search.training.network.hosts import Network
from search.training.trainer import choose_device, limit_clock
from search.training.trellis.network import build_trellis

NO_AUXILIARY = (
    "an auxiliary head reads a cell, and the trellis has none: auxiliary_weight is {weight:g}, use 0"
)
LAYERS = 8
"""As published for CIFAR-10."""


def train_trellis(
    protocol: Protocol,
    *,
    layers: int = LAYERS,
    seed: int = 0,
    device: str = "auto",
    progress: Callable[[Progress], None] = lambda _: None,
) -> tuple[Evaluated, Network]:
    """Steps, batches, recipe and validation images are the protocol's; of its host only the channels count, which are
    those of every node. Path dropout is of cells' operations, of which there are none. Raises EvaluationFailed."""
    if protocol.auxiliary_weight:
        raise EvaluationFailed("error", NO_AUXILIARY.format(weight=protocol.auxiliary_weight))
    split, place = load_split(protocol), choose_device(device)
    host = protocol.make_host(split.shape)
    size = protocol.crop or host.image_size
    shape = TrellisShape(layers, size, host.image_channels, protocol.channels, host.classes)
    network = build_trellis(shape, seed=seed)
    pulse = Pulse(progress, protocol.steps, protocol.time_limit_seconds, clock=limit_clock(place))
    setup = Setup(split, protocol, place, seed, Runtime(device=device))
    return TrainingRun(network, setup, pulse).finish(), network


def _main(asked: dict[str, Any]) -> None:
    torch.set_num_threads(1)
    protocol = Protocol.model_validate(asked["protocol"])
    found, network = train_trellis(
        protocol, layers=asked["layers"], seed=asked["seed"], device=asked["device"]
    )
    answer = {
        "accuracy": found.accuracy,
        "parameters": network.parameter_count,
        "seconds": found.seconds,
        "device": found.device,
    }
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    _main(json.load(sys.stdin))
