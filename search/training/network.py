"""The cell that trains: the canonical phenotype run as one flat program.

Against modules nested as the definition reads (`reference.py`) it computes the same function with less:
identities are wiring, a concatenation is made once for all operations that read it, pools of the same values are
shared, and a pool or depthwise convolution of a concatenation is one operation.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from search.evolution.phenotype import Phenotype
from search.evolution.primitives import primitive
from search.training.operations import OPERATIONS

Values = tuple[int, ...]
"""The values that are concatenated along channels: value 0 is the cell's input, k the k-th operation's output."""


@dataclass(frozen=True)
class Step:
    """One line of the program."""

    value: int
    """What this operation computes, and the name of its module."""
    reads: Values
    frees: tuple[Values, ...]
    """Concatenations and values that nothing reads any more."""


class FlatCell(nn.Module):
    """One cell of width C = `channels`; its input has C channels, its output `output_width`."""

    def __init__(self, phenotype: Phenotype, channels: int) -> None:
        super().__init__()
        self.channels = channels
        widths = phenotype.widths(channels)
        self.output_width = phenotype.output_width(channels)
        self.program, self.output = _program(phenotype)
        # In the phenotype's order, so that weights are drawn in one order for every build of the network.
        self.operations = nn.ModuleDict(
            {
                str(step.value): OPERATIONS[phenotype.operations[step.value - 1].name](
                    sum(widths[value] for value in step.reads), channels
                )
                for step in self.program
            }
        )

    def forward(self, x: Tensor) -> Tensor:  # [N, C, H, W] -> [N, output_width, H, W]
        values: dict[Values, Tensor] = {(0,): x}
        for step in self.program:
            values[step.value,] = self.operations[str(step.value)](_concatenation(values, step.reads))
            for gone in step.frees:
                values.pop(gone, None)
        return _concatenation(values, self.output)


def _concatenation(values: dict[Values, Tensor], reads: Values) -> Tensor:
    found = values.get(reads)
    if found is None:
        found = values[reads] = torch.cat([values[value,] for value in reads], dim=1)
    return found


def _program(phenotype: Phenotype) -> tuple[tuple[Step, ...], Values]:
    """The steps, pools that repeat each other left out, and the values that leave the cell."""
    same: dict[int, int] = {0: 0}
    pools: dict[tuple[str, Values], int] = {}
    rows: list[tuple[int, Values]] = []
    for value, operation in enumerate(phenotype.operations, start=1):
        reads = tuple(same[read] for read in operation.inputs)
        if not primitive(operation.name).has_weights:
            same[value] = pools.setdefault((operation.name, reads), value)
            if same[value] != value:
                continue
        same[value] = value
        rows.append((value, reads))
    output = tuple(same[value] for value in phenotype.output)
    return _with_lifetimes(rows, output), output


def _with_lifetimes(rows: list[tuple[int, Values]], output: Values) -> tuple[Step, ...]:
    """Free each value and concatenation after its last reader: scoring then needs little memory."""
    kept = {output, *((value,) for value in output)}
    frees: list[list[Values]] = [[] for _ in rows]
    seen: set[Values] = set()
    for index in range(len(rows) - 1, -1, -1):
        reads = rows[index][1]
        for held in {reads, *((value,) for value in reads)} - kept - seen:
            seen.add(held)
            frees[index].append(held)
    return tuple(Step(value, reads, tuple(gone)) for (value, reads), gone in zip(rows, frees, strict=True))
