"""Flat program of a phenotype: the sequence of operations that a cell computes.

Pools of the same values are computed once. Read by the network that trains and by the code that people take away,
so both compute the same in the same order.

Pure Python: must import neither Django nor torch.
"""

from dataclasses import dataclass

from search.evolution.genotypes.primitives import primitive
from search.evolution.networks.phenotype import TWO_CELLS, Phenotype, Reads

Held = Reads
"""What is concatenated along channels: ((value, times), ...), value 0 being the cell's input and k what operation k
computes. ((k, 1),) is that value by itself."""


@dataclass(frozen=True)
class Step:
    """One line of the program."""

    value: int
    """What this operation computes, and the name of its module."""
    name: str
    """The primitive."""
    reads: Held
    frees: tuple[Held, ...]
    """Concatenations and values that nothing reads any more."""


@dataclass(frozen=True)
class Program:
    """One cell."""

    steps: tuple[Step, ...]
    output: Held
    """What leaves the cell."""


def single(value: int) -> Held:
    """That value by itself."""
    return ((value, 1),)


def cell_program(phenotype: Phenotype) -> Program:
    """The steps of one cell, pools that repeat each other left out, and the values that leave the cell."""
    if phenotype.reduction is not None:
        raise ValueError(TWO_CELLS)
    same: dict[int, int] = {0: 0}
    pools: dict[tuple[str, Held], int] = {}
    rows: list[tuple[int, str, Held]] = []
    for value, operation in enumerate(phenotype.operations, start=1):
        reads = tuple((same[read], times) for read, times in operation.reads)
        if not primitive(operation.name).has_weights:
            same[value] = pools.setdefault((operation.name, reads), value)
            if same[value] != value:
                continue
        same[value] = value
        rows.append((value, operation.name, reads))
    output = tuple((same[value], times) for value, times in phenotype.output_reads)
    return Program(_with_lifetimes(rows, output), output)


def _with_lifetimes(rows: list[tuple[int, str, Held]], output: Held) -> tuple[Step, ...]:
    """Free each value and concatenation after its last reader: scoring then needs little memory."""
    kept = {output, *(single(value) for value, _ in output)}
    frees: list[list[Held]] = [[] for _ in rows]
    seen: set[Held] = set()
    for index in range(len(rows) - 1, -1, -1):
        reads = rows[index][2]
        for held in {reads, *(single(value) for value, _ in reads)} - kept - seen:
            seen.add(held)
            frees[index].append(held)
    return tuple(
        Step(value, name, reads, tuple(gone)) for (value, name, reads), gone in zip(rows, frees, strict=True)
    )
