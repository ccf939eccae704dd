"""What a network is, in numbers that a model can be fitted on: the same for every genotype that builds it.

All of it is read off the phenotype. Levels and motifs are left out for that reason: they belong to a genotype, and two
that build one network may have others. Must import neither Django nor torch.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from search.evolution.genotypes.primitives import IDENTITY
from search.evolution.genotypes.space import SearchSpace
from search.evolution.networks.cost import network_cost
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Phenotype, Reads, joined_width

Floats = npt.NDArray[np.float64]
_WHOLE = (
    "log parameters", "log multiply-adds", "log activations", "operations", "wires", "longest path", "shortest path",
    "log paths", "mean path", "widest concatenation", "output width", "output values", "input in output",
    "reads input", "mean concatenation",
)  # fmt: skip
_BY_OPERATION = (
    "{} count", "{} share", "{} of output", "{} reads input", "{} on the way", "{} at most", "{} at least",
    "{} channels read",
)  # fmt: skip


def feature_names(space: SearchSpace) -> tuple[str, ...]:
    """In the order of `network_features`; identities are wiring and no operations of a network."""
    return (*_WHOLE, *(text.format(name) for name in _operations(space) for text in _BY_OPERATION))


def _operations(space: SearchSpace) -> tuple[str, ...]:
    return tuple(name for name in space.primitives if name != IDENTITY)


def network_features(phenotype: Phenotype, space: SearchSpace, host: Host) -> Floats:
    """Of a network of one cell in that host: one number for each of `feature_names`."""
    cost = network_cost(phenotype, host)
    ways = _Ways(phenotype)
    operations, output = phenotype.operations, phenotype.output_reads
    widths = phenotype.widths(1)
    joined = [joined_width(row.reads, widths) for row in operations]
    leaving = joined_width(output, widths)
    found = [
        math.log(cost.parameters),
        math.log(cost.multiply_adds),
        math.log(cost.activations),
        len(operations),
        sum(times for row in operations for _, times in row.reads),
        phenotype.depth,
        ways.extreme(min, lambda name: 1),
        ways.log_paths(),
        ways.mean(lambda name: 1),
        phenotype.widest,
        leaving,
        len(output),
        sum(times for value, times in output if value == 0),
        sum(value == 0 for row in operations for value, _ in row.reads),
        sum(joined) / max(1, len(joined)),
    ]
    for name in _operations(space):
        own = [place for place, row in enumerate(operations) if row.name == name]
        found += [
            len(own),
            len(own) / max(1, len(operations)),
            sum(times * widths[value] for value, times in output if value - 1 in own) / leaving,
            sum(value == 0 for place in own for value, _ in operations[place].reads),
            ways.mean(_is(name)),
            ways.extreme(max, _is(name)),
            ways.extreme(min, _is(name)),
            sum(joined[place] for place in own),
        ]
    return np.array(found, np.float64)


def _is(name: str) -> Callable[[str], int]:
    return lambda other: int(other == name)


@dataclass
class _Ways:
    """The paths from a cell's input to its output, counted value by value."""

    phenotype: Phenotype

    def extreme(self, pick: Callable[[Sequence[int]], int], weight: Callable[[str], int]) -> int:
        """The least or the largest sum of weights on a path."""
        found = [0]
        for row in self.phenotype.operations:
            found.append(weight(row.name) + pick([found[value] for value, _ in row.reads]))
        return pick([found[value] for value, _ in self.phenotype.output_reads])

    def mean(self, weight: Callable[[str], int]) -> float:
        """Of the sums on paths, walking back from the output, each channel of a concatenation as likely."""
        widths = self.phenotype.widths(1)
        found = [0.0]

        def over(reads: Reads) -> float:
            total = sum(times * widths[value] * found[value] for value, times in reads)
            return total / joined_width(reads, widths)

        for row in self.phenotype.operations:
            found.append(weight(row.name) + over(row.reads))
        return over(self.phenotype.output_reads)

    def log_paths(self) -> float:
        """Chains of identities make their number astronomical, which integers can hold and their logarithm shows."""
        found = [1]
        for row in self.phenotype.operations:
            found.append(sum(times * found[value] for value, times in row.reads))
        return math.log(sum(times * found[value] for value, times in self.phenotype.output_reads))
