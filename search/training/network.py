"""The cell that trains: the canonical phenotype run as one flat program (`search.evolution.program`).

Against modules nested as the definition reads (`reference.py`) it computes the same function with less:
identities are wiring, a concatenation is made once for all operations that read it, pools of the same values are
shared, and a pool or depthwise convolution of a concatenation is one operation.
"""

import torch
from torch import Tensor, nn

from search.evolution.phenotype import Phenotype, joined_width
from search.evolution.program import Held, cell_program, single
from search.training.native import cell
from search.training.native.parts import Parts
from search.training.operations import OPERATIONS, Quick
from search.training.recomputation import recomputed


class FlatCell(Quick):
    """One cell of width C = `channels`; its input has C channels, its output `output_width`."""

    def __init__(self, phenotype: Phenotype, channels: int) -> None:
        super().__init__()
        self.channels = channels
        widths = phenotype.widths(channels)
        self.output_width = phenotype.output_width(channels)
        self.program = cell_program(phenotype)
        # In the phenotype's order, so that weights are drawn in one order for every build of the network.
        self.operations = nn.ModuleDict(
            {
                str(step.value): OPERATIONS[step.name](joined_width(step.reads, widths), channels)
                for step in self.program.steps
            }
        )

        self._plan = cell.Plan(self.program, phenotype.widths(1), self.operations)

    def forward(self, x: Tensor, *, recomputes: bool = False, in_parts: bool = False) -> Tensor | Parts:
        """[N, C, H, W] -> [N, output_width, H, W].

        `recomputes`: the backward pass computes the cell again instead of finding all it computed in memory.
        `in_parts`: what follows takes parts, where there are any.
        """
        if self.training and self.by_kernels(x):
            parts = cell.run(self._plan, x, recomputes=recomputes)
            return parts if in_parts else parts.joined()
        return recomputed(self, self._by_torch, x) if recomputes else self._by_torch(x)

    def _by_torch(self, x: Tensor) -> Tensor:
        values: dict[Held, Tensor] = {single(0): x}
        for step in self.program.steps:
            values[single(step.value)] = self.operations[str(step.value)](_concatenation(values, step.reads))
            for gone in step.frees:
                values.pop(gone, None)
        return _concatenation(values, self.program.output)


def _concatenation(values: dict[Held, Tensor], reads: Held) -> Tensor:
    found = values.get(reads)
    if found is None:
        parts = [values[single(value)] for value, times in reads for _ in range(times)]
        found = values[reads] = torch.cat(parts, dim=1)
    return found
