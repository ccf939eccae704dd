"""`python -m tests.benchmarks.training.memory PROTOCOL GENOTYPE`: a few steps and a scoring of one network.

Prints a line of JSON: the peak of memory in bytes above what the process held before, its data included, and the
processor seconds of a step after the first.
"""

import json
import sys
import time

import torch

from search.evolution.experiments.config import Protocol
from search.evolution.experiments.datasets import DATASETS
from search.evolution.genotypes.genotype import parse_genotype
from search.evolution.networks.phenotype import Phenotype, build_phenotype
from search.training.data.image_source import Images, Split
from search.training.loop.progress import Pulse
from search.training.loop.run import Setup, TrainingRun
from search.training.network.hosts import build_network
from tests.benchmarks.training.steps import memory_of

STEPS = 3


def made_up_split(protocol: Protocol) -> Split:
    """As many images as the protocol asks for, of its data set's shape."""
    shape = DATASETS[protocol.dataset]
    count = protocol.validation_images + (protocol.train_images or 1)
    pixels = torch.randint(
        0, 256, (count, shape.image_size, shape.image_size, shape.image_channels), dtype=torch.uint8
    )
    images = Images(pixels, torch.randint(0, shape.classes, (count,)))
    middle = torch.full((shape.image_channels,), 0.5)
    validation = images.take(torch.arange(protocol.validation_images))
    return Split(
        images.take(torch.arange(protocol.validation_images, count)), validation, middle, middle, shape
    )


def made_up_run(
    phenotype: Phenotype, protocol: Protocol, device: torch.device, *, recomputes: bool = False
) -> TrainingRun:
    """A training of that network that is about to take its first step."""
    network = build_network(phenotype, protocol.shape_host, seed=1)
    network.recomputes = recomputes
    pulse = Pulse(lambda progress: None, protocol.steps, protocol.time_limit_seconds)
    run = TrainingRun(network, Setup(made_up_split(protocol), protocol, device, seed=1), pulse)
    network.train()
    return run


def main(document: str, text: str, recomputes: str = "") -> None:
    torch.set_num_threads(1)
    protocol, phenotype = Protocol.model_validate_json(document), build_phenotype(parse_genotype(text))
    before = memory_of("VmRSS")
    run = made_up_run(phenotype, protocol, torch.device("cpu"), recomputes=bool(recomputes))
    batches = run.batches.training()
    run.gradient_step(*next(batches))
    begun = time.process_time()
    for _ in range(STEPS):
        run.gradient_step(*next(batches))
    seconds = (time.process_time() - begun) / STEPS
    run.score()
    run.gradient_step(*next(batches))
    answer = {"peak": memory_of("VmHWM") - before, "cpu": seconds}
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
