"""Cell module: runs a phenotype's flat program.

Against modules nested as the definition reads (`reference.py`) it computes the same function with less:
identities are wiring, a concatenation is made once for all operations that read it, pools of the same values are
shared, and a pool or depthwise convolution of a concatenation is one operation.
"""

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from search.evolution.networks.phenotype import Phenotype, joined_width
from search.evolution.networks.program import Held, cell_program, single
from search.training.device.processes import ALONE, Processes
from search.training.network.operations import OPERATIONS
from search.training.network.recomputation import recomputed


@dataclass(frozen=True)
class DropPath:
    """Leaves out operations of a cell at random, for each image by itself (Larsson et al. 2017; NASNet's drop path).

    What stays is scaled up, so that the expectation of each result is what it is without.
    """

    chance: float
    generator: torch.Generator
    """On the CPU, so that the same seed leaves out the same on every device."""
    processes: Processes = ALONE
    batch: int = 0
    """Images of a whole batch, for all of which each of several processes draws the same."""

    def draw(self, operations: int, x: Tensor) -> Tensor:
        """[operations, N, 1, 1, 1]: 0 where it is left out, else 1 / (1 - chance)."""
        images = len(x) if self.processes.count == 1 else self.batch
        drawn = torch.rand(operations, images, 1, 1, 1, generator=self.generator)
        drawn = drawn[:, self.processes.part_of(images)]
        return ((drawn >= self.chance) / (1 - self.chance)).to(x)


class FlatCell(nn.Module):
    """One cell of width C = `channels`; its input has C channels, its output `output_width`."""

    def __init__(self, phenotype: Phenotype, channels: int) -> None:
        super().__init__()
        self.channels = channels
        widths = phenotype.widths(channels)
        self.output_width = phenotype.output_width(channels)
        self.program = cell_program(phenotype)
        self.widths = phenotype.widths(1)
        """Of each value, in cell widths."""
        # In the phenotype's order, so that weights are drawn in one order for every build of the network.
        self.operations = nn.ModuleDict(
            {
                str(step.value): OPERATIONS[step.name](joined_width(step.reads, widths), channels)
                for step in self.program.steps
            }
        )

        self.drop_path: DropPath | None = None
        """What leaves out operations while the cell trains; None: nothing does."""

    def forward(self, x: Tensor, *, recomputes: bool = False) -> Tensor:
        """[N, C, H, W] -> [N, output_width, H, W].

        `recomputes`: the backward pass computes the cell again instead of finding all it computed in memory.
        """
        keep = self.drop_path.draw(len(self.program.steps), x) if self.drop_path and self.training else None
        run = partial(self._run, keep=keep)
        return recomputed(self, run, x) if recomputes else run(x)

    def _run(self, x: Tensor, *, keep: Tensor | None) -> Tensor:
        """`keep`, [operations, N, 1, 1, 1]: what each operation's result is multiplied by, image by image."""
        values: dict[Held, Tensor] = {single(0): x}
        for number, step in enumerate(self.program.steps):
            y = self.operations[str(step.value)](_concatenation(values, step.reads))
            values[single(step.value)] = y if keep is None else y * keep[number]
            for gone in step.frees:
                values.pop(gone, None)
        return _concatenation(values, self.program.output)


def _concatenation(values: dict[Held, Tensor], reads: Held) -> Tensor:
    found = values.get(reads)
    if found is None:
        parts = [values[single(value)] for value, times in reads for _ in range(times)]
        found = values[reads] = torch.cat(parts, dim=1)
    return found
