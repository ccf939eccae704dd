"""One network under training, in one of the two forms, on made-up images."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from search.evolution.experiments.config import Protocol
from search.evolution.experiments.datasets import DatasetShape
from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import build_phenotype
from search.training.data.batches import Batches
from search.training.data.image_source import Images, Split
from search.training.loop.progress import Pulse
from search.training.loop.run import Setup, TrainingRun
from search.training.network.alignment import seeded_reference
from search.training.network.hosts import build_network

HOST = Host()
"""The paper's small host on colour images of 32 x 32."""
SEED = 1
IMAGES = 1024


def protocol_of(batch: int) -> Protocol:
    """The paper's protocol at 32 x 32 pixels, for ever."""
    return Protocol(
        dataset="cifar10",
        steps=10_000_000,
        batch_size=batch,
        flip=True,
        validation_images=10,
        time_limit_seconds=604_800,
    )


def made_up_split() -> Split:
    generator = torch.Generator().manual_seed(SEED)
    shape = (IMAGES, HOST.image_size, HOST.image_size, HOST.image_channels)
    pixels = torch.randint(0, 256, shape, dtype=torch.uint8, generator=generator)
    images = Images(pixels, torch.randint(0, HOST.classes, (IMAGES,), generator=generator))
    middle = torch.full((HOST.image_channels,), 0.5)
    dataset = DatasetShape("made up", HOST.image_size, HOST.image_channels, HOST.classes, IMAGES, "")
    return Split(images, images.take(torch.arange(10)), middle, middle, dataset)


def trains(genotype: Genotype, batch: int) -> Callable[[], None]:
    """One step of what the workers run."""
    network = build_network(build_phenotype(genotype), HOST, seed=SEED)
    protocol = protocol_of(batch)
    pulse = Pulse(lambda progress: None, protocol.steps, protocol.time_limit_seconds)
    run = TrainingRun(network, Setup(made_up_split(), protocol, torch.device("cpu"), SEED), pulse)
    network.train()
    batches = run.batches.training()

    def step() -> None:
        run.gradient_step(*next(batches))

    return step


def straightforward(genotype: Genotype, batch: int) -> Callable[[], None]:
    """One step as one would first write it: nested modules, channels first, the optimizer's own defaults."""
    network = seeded_reference(genotype, HOST, seed=SEED)
    protocol = protocol_of(batch)
    batches = Batches(made_up_split(), protocol, torch.device("cpu"), seed=SEED).training()
    optimizer = torch.optim.SGD(
        network.parameters(),
        lr=protocol.learning_rate,
        momentum=protocol.momentum,
        weight_decay=protocol.weight_decay,
    )
    network.train()

    def step() -> None:
        images, labels = _channels_first(*next(batches))
        loss = functional.cross_entropy(network(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def _channels_first(images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    return images.contiguous(), labels


FORMS: dict[str, Callable[[Genotype, int], Callable[[], None]]] = {
    "straightforward": straightforward,
    "trains": trains,
}
