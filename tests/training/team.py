"""A final training on two processes of a CPU, the processes that it has, and a gradient step of two processes."""

import os
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import torch
from torch import Tensor, distributed, nn
from torch.nn import functional

from search.evolution.evaluation import Progress, Runtime
from search.evolution.finals.protocol import final_protocol
from search.evolution.finals.scores import FinalJob
from search.training.device.processes import Processes
from search.training.finals.entry import train
from search.training.finals.together import PROCESS
from search.training.network.operations import initialise, separable
from search.training.network.whole_batch import normalise_whole_batches
from tests.training.cases import digits_protocol, small_cell

TWO = ("cpu", "cpu")
CPU = torch.device("cpu")


def final_job(*devices: str, **changes: object) -> FinalJob:
    """Of a small cell on digits, by torch's operations."""
    protocol = final_protocol(digits_protocol(**changes).model_dump(mode="json"))
    return FinalJob(small_cell(), protocol, 0, 5, Runtime(device="cpu", kernels="never"), devices)


def processes_of(parent: int) -> list[int]:
    """Numbers of the training processes that a process has started, the first one first."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            _, _, status = (folder / "stat").read_text().rpartition(")")
            words = (folder / "cmdline").read_text().split("\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(status.split()[1]) == parent and PROCESS in words:
            found.append(int(folder.name))
    return sorted(found)


def network() -> nn.Module:
    """Two normalised convolutions and a linear layer, in float64, the same each time."""
    layers = nn.Sequential(separable(3, 6), separable(6, 5), nn.Flatten(), nn.Linear(5 * 16, 4)).double()
    initialise(layers, torch.Generator().manual_seed(1))
    return layers


def batch() -> tuple[Tensor, Tensor]:
    """Seven images, which two processes cannot share evenly."""
    generator = torch.Generator().manual_seed(2)
    images = torch.randn(7, 3, 4, 4, generator=generator, dtype=torch.float64)
    return 1 + 3 * images, torch.randint(4, (7,), generator=generator)


def step(processes: Processes) -> dict[str, Tensor]:
    """Loss, gradients and buffers after one backward pass over this process's part of the batch."""
    layers = network()
    if processes.count > 1:
        normalise_whole_batches(layers, CPU)

    def losses(images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        scores = layers(images)
        loss = functional.cross_entropy(scores, labels)
        return scores, loss, loss

    images, labels = (rows[processes.part_of(7)] for rows in batch())
    weight = processes.weight(7)
    averaged = processes.averaging(losses, [layers], CPU)  # kept until the backward pass is over
    _, loss, descended = averaged(images, labels)
    (weight * descended).backward()
    found = {name: part.grad for name, part in layers.named_parameters() if part.grad is not None}
    buffers = dict(layers.named_buffers())
    return found | buffers | {"loss": processes.total(weight / processes.count * loss.detach())}


def part_of_a_step(number: int, folder: Path) -> None:
    """What one of two processes finds, in a file."""
    distributed.init_process_group(
        "gloo",
        init_method=f"file://{folder / 'store'}",
        rank=number,
        world_size=2,
        timeout=timedelta(seconds=300),
    )
    torch.save(step(Processes(2, number)), folder / f"{number}.pt")
    distributed.destroy_process_group()


def main() -> None:
    """Train on two processes for long, and say after the first steps which they are."""

    def tell(progress: Progress) -> None:
        if progress.step:
            sys.stdout.write(f"{' '.join(map(str, processes_of(os.getpid())))}\n")
            sys.stdout.flush()

    told: Callable[[Progress], None] = tell
    train(final_job(*TWO, steps=100_000), progress=told)


if __name__ == "__main__":
    main()
