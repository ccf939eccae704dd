"""Phenotype: the network of a genotype in canonical form, and its key.

Identities and concatenations are wiring, not operations. What remains is the list of operations that compute
something, each with the multiset of values it reads. Two genotypes build the same network exactly when these
lists are isomorphic; the canonical form makes isomorphic lists equal, and its hash is the phenotype key. The
projection that follows a used motif is a 1x1 convolution like any other.

Pure Python: must import neither Django nor torch.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.primitives import IDENTITY, primitive
from search.evolution.genotypes.space import NORMAL
from search.evolution.networks.assembly import SINK, SOURCE, Infeasible, assembled_edges
from search.evolution.networks.canonical import canonical_order
from search.evolution.networks.hashing import canonical_json
from search.evolution.networks.host import HostLayer
from search.evolution.networks.refinement import MOST_WORK, TooAlike
from search.evolution.work_budget import keep

__all__ = ["Infeasible", "Operation", "Phenotype", "TooAlike", "TooWide", "build_phenotype", "joined_width"]

MOST_WIDTH = 65_536
"""Of what is concatenated anywhere in a cell, in units of its width C: chains of identities double a value at every
node, and no machine trains what is wider."""
TOO_WIDE = (
    "none that could be trained: it joins {width:,} times the cell's width; at most {most:,} are allowed"
)
TWO_CELLS = "a pair of cells has the widths of two: ask one of .cells, or .cell_at(layer)"
KEPT = 256
"""Networks remembered: the largest have 1,500 operations, a few hundred kilobytes each."""

Reads = tuple[tuple[int, int], ...]
"""((value, times), ...) by ascending value: the values concatenated along channels, and how often each."""


class TooWide(Infeasible):
    """A network that concatenates more than any machine could train."""


@dataclass(frozen=True)
class Operation:
    """One operation of the network and what it reads."""

    name: str
    reads: Reads

    @property
    def inputs(self) -> tuple[int, ...]:
        """The values in the order of their concatenation; a value read twice stands twice."""
        return _expand(self.reads)


@dataclass(frozen=True)
class Phenotype:
    """The network inside a cell. Value 0 is the cell's input, value k the output of operations[k-1].

    Where a genotype has a pair of cells that build different networks, these are the normal cell's operations, and
    `reduction` holds those of the other. What is asked of one cell (widths) is then asked of one of `cells`. A pair
    whose cells build the same network is that network: it has no `reduction`.
    """

    operations: tuple[Operation, ...]
    """In topological order: an operation reads only smaller values."""
    output_reads: Reads
    reduction: "Phenotype | None" = None
    """What stands before each reduction of the host instead; None: the same as everywhere."""

    @cached_property
    def cells(self) -> tuple["Phenotype", ...]:
        """The distinct cells, each as a network by itself: one, or the normal and the reduction cell."""
        return (self,) if self.reduction is None else (replace(self, reduction=None), self.reduction)

    def cell_at(self, layer: HostLayer) -> "Phenotype":
        """The one that stands in a place of the host."""
        return self.cells[-1 if layer.reduces else 0]

    @property
    def all_operations(self) -> tuple[Operation, ...]:
        """Of all distinct cells."""
        return tuple(operation for cell in self.cells for operation in cell.operations)

    @property
    def output(self) -> tuple[int, ...]:
        """The values whose concatenation leaves the cell."""
        return _expand(self.output_reads)

    @cached_property
    def key(self) -> str:
        """32 hex digits; equal exactly when the networks are."""
        return hashlib.sha256(canonical_json(self.to_json()).encode()).hexdigest()[:32]

    @cached_property
    def depth(self) -> int:
        """Operations on the longest way from input to output of a cell, of a pair the longer one's."""
        return max(cell.own_depth for cell in self.cells)

    @cached_property
    def own_depth(self) -> int:
        """That of these operations."""
        depths = [0]
        for operation in self.operations:
            depths.append(1 + max(depths[value] for value, _ in operation.reads))
        return max(depths[value] for value, _ in self.output_reads)

    def widths(self, cell_width: int) -> tuple[int, ...]:
        """Channels of each value 0..n for a cell of width C whose input has C channels: multiples of C."""
        return tuple([cell_width * multiple for multiple in self._multiples])

    def output_width(self, cell_width: int) -> int:
        """Channels that leave the cell."""
        return cell_width * joined_width(self.output_reads, self._multiples)

    @cached_property
    def _multiples(self) -> list[int]:
        if self.reduction is not None:
            raise ValueError(TWO_CELLS)
        widths = [1]
        for operation in self.operations:
            widens = primitive(operation.name).widens_to_cell
            widths.append(1 if widens else joined_width(operation.reads, widths))
        return widths

    @property
    def widest(self) -> int:
        """The largest concatenation in units of the cell's width."""
        if self.reduction is not None:
            return max(cell.widest for cell in self.cells)
        reads = [*(operation.reads for operation in self.operations), self.output_reads]
        return max(joined_width(held, self._multiples) for held in reads)

    def to_json(self) -> dict[str, Any]:
        """{"operations": [[name, [[value, times], ...]], ...], "output": [[value, times], ...]}; of a pair also
        "reduction", the same of the reduction cell."""
        document: dict[str, Any] = {
            "operations": [[row.name, [list(read) for read in row.reads]] for row in self.operations],
            "output": [list(read) for read in self.output_reads],
        }
        if self.reduction is not None:
            document["reduction"] = self.reduction.to_json()
        return document

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Phenotype":
        """Read the object that `to_json` writes."""
        return cls(
            tuple(
                Operation(name, tuple((value, times) for value, times in reads))
                for name, reads in document["operations"]
            ),
            tuple((value, times) for value, times in document["output"]),
            cls.from_json(document["reduction"]) if "reduction" in document else None,
        )


def build_phenotype(genotype: Genotype, most_work: int = MOST_WORK) -> Phenotype:
    """The canonical network of a genotype; remembered, for whoever counts, stores and draws one asks again.

    Raises Infeasible when no path leads from source to sink, and two that are such: TooAlike when its canonical form
    takes more than the work that is allowed, TooWide when it joins more than can be trained.
    """
    built = cached_phenotype(genotype, most_work)
    if isinstance(built, Infeasible):
        raise type(built)(*built.args)
    return built


def builds_network(genotype: Genotype) -> bool:
    """Whether `build_phenotype` would return one."""
    return not isinstance(cached_phenotype(genotype, MOST_WORK), Infeasible)


@lru_cache(maxsize=KEPT)
def cached_phenotype(genotype: Genotype, most_work: int) -> Phenotype | Infeasible:
    """A refusal is remembered too: it may have taken most of a second to find."""
    try:
        return _canonical(genotype, most_work)
    except Infeasible as refusal:
        return type(refusal)(*refusal.args)


def _canonical(genotype: Genotype, most_work: int) -> Phenotype:
    """Cells are brought into canonical form each by itself: nothing but the host's fixed layers lies between them."""
    normal, *others = (_canonical_cell(genotype, slot, most_work) for slot in genotype.space.cell_slots)
    # Two equal cells are one cell that stands everywhere: the same network as a genotype without a pair builds.
    return replace(normal, reduction=others[0]) if others and others[0] != normal else normal


def _canonical_cell(genotype: Genotype, slot: int, most_work: int) -> Phenotype:
    names, inputs, values = wire(genotype, slot)
    output = values[SINK]
    order = canonical_order(names, inputs, output, most_work)
    place = {old: new for new, old in enumerate(order, start=1)}
    place[0] = 0
    phenotype = Phenotype(
        tuple(Operation(names[old - 1], _reads(inputs[old - 1], place)) for old in order),
        _reads(output, place),
    )
    if phenotype.widest > MOST_WIDTH:
        raise TooWide(TOO_WIDE.format(width=phenotype.widest, most=MOST_WIDTH))
    return phenotype


def operation_order(genotype: Genotype, slot: int = NORMAL) -> list[int]:
    """The number from 1 in the order of `wire` of each operation of a cell. Raises Infeasible, TooAlike."""
    names, inputs, values = wire(genotype, slot)
    return canonical_order(names, inputs, values[SINK])


def wire(
    genotype: Genotype, slot: int = NORMAL
) -> tuple[list[str], list[Counter[int]], dict[str, Counter[int]]]:
    """Operation names, the values each reads, and the values that make up each node of a cell's flat graph.

    Counted with multiplicity, for chains of identities can double a value at every node.
    """
    names: list[str] = []
    inputs: list[Counter[int]] = []
    values: dict[str, Counter[int]] = {SOURCE: Counter({0: 1})}
    for source, target, data in assembled_edges(genotype, slot):
        feature_map = values.setdefault(target, Counter())
        if data["operation"] == IDENTITY:
            feature_map.update(values[source])
        else:
            names.append(data["operation"])
            inputs.append(values[source])
            feature_map[len(names)] += 1
    return names, inputs, values


def _reads(feeds: Mapping[int, int], place: Mapping[int, int]) -> Reads:
    return tuple(sorted((place[value], times) for value, times in feeds.items()))


def _expand(reads: Reads) -> tuple[int, ...]:
    keep(sum([times for _, times in reads]))
    return tuple(value for value, times in reads for _ in range(times))


def joined_width(reads: Reads, widths: Sequence[int]) -> int:
    """Channels of a concatenation."""
    return sum([times * widths[value] for value, times in reads])
