"""Which columns of a supernet's weights are which weights of one genotype's straightforward network."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.liveness import Edge
from search.evolution.genotypes.primitives import primitive
from search.training.network.hosts import Network, PoolLinear
from search.training.network.operations import Convolution
from search.training.network.reference import CellModule, MotifModule
from search.training.supernets.motifs import SuperConvolution, SuperMotif, SuperOperations, edge_name
from search.training.supernets.supernet import Supernet, SuperScores, SuperStem


@dataclass(frozen=True)
class WeightPair:
    """A parameter of the network, and the columns of the supernet's that correspond to it."""

    network: Tensor
    supernet: Tensor
    dimension: int
    """Along which the columns lie."""
    places: Tensor | None
    """[live]; None: all."""
    owner: nn.Module
    """The supernet's part that holds it."""
    normalisation: nn.BatchNorm2d | None = None
    """That of the network's convolution, beside the last of its weights."""
    passes: bool = False
    """Of an edge whose output stands where an identity's would: its convolution is to pass its input on."""

    def columns(self, values: Tensor) -> Tensor:
        """Those of the supernet's parameter or of its gradient."""
        return values if self.places is None else values.index_select(self.dimension, self.places)

    def rest(self, values: Tensor) -> Tensor:
        """The other columns: of producers that are absent."""
        if self.places is None:
            return values.new_zeros(0)
        others = torch.ones(values.shape[self.dimension], dtype=torch.bool)
        others[self.places] = False
        return values.index_select(self.dimension, torch.arange(len(others))[others])


def weight_pairs(
    supernet: Supernet, genotype: Genotype, network: Network, passing: frozenset[Edge] = frozenset()
) -> Iterator[WeightPair]:
    """All trained weights of `reference_network(genotype, host)`.

    The outputs of convolutions on `passing` edges of level 2 take the places of an identity's wherever they are as
    many, so that what reads them has the columns of before.
    """
    places: Tensor | None = None
    for mine, theirs in zip(supernet.layers, network.layers, strict=True):
        if isinstance(theirs, CellModule):
            assert isinstance(mine, SuperMotif)
            walk = _Walk(passing)
            width = mine.widths[1]
            places = walk.motif(mine, theirs, torch.arange(width))
            yield from walk.found
            continue
        if isinstance(theirs, PoolLinear):
            assert isinstance(mine, SuperScores)
            yield WeightPair(theirs.linear.weight, mine.weight, 1, places, mine)
            yield WeightPair(theirs.linear.bias, mine.bias, 0, None, mine)
        elif isinstance(mine, SuperStem):
            assert isinstance(theirs, Convolution)
            yield WeightPair(_filters(theirs, 0), mine.weight, 1, None, mine, theirs.normalisation)
        else:
            assert isinstance(mine, SuperConvolution)
            assert isinstance(theirs, Convolution)
            yield from _convolution(mine, theirs, places)
        places = None


class _Walk:
    """Through one cell, in the order of the straightforward network."""

    def __init__(self, passing: frozenset[Edge]) -> None:
        self._passing = passing
        self.found: list[WeightPair] = []

    def motif(self, mine: SuperMotif, theirs: MotifModule, source: Tensor) -> Tensor:
        """The places of the motif's output in its layout."""
        maps: dict[int, Tensor] = {1: source}
        for edge in theirs.live_edges():
            read = maps[edge.predecessor]
            brought = self._edge(mine, edge.operation, edge.name, (edge.successor, edge.predecessor), read)
            before = maps.get(edge.successor)
            maps[edge.successor] = brought if before is None else torch.cat([before, brought])
        sink = maps[theirs.nodes]
        if mine.projection is None:
            return sink
        assert theirs.projection is not None
        self.found += _convolution(mine.projection, theirs.projection, sink)
        return torch.arange(mine.channels)

    def _edge(
        self, mine: SuperMotif, theirs: nn.Module, name: str, ends: tuple[int, int], read: Tensor
    ) -> Tensor:
        start = mine.starts[ends]
        narrow = torch.arange(start, start + mine.channels)
        wide = read + start + mine.wide_offset
        operations = mine.operations[edge_name(*ends)]
        if isinstance(theirs, MotifModule):
            assert isinstance(operations, nn.ModuleList)
            below = operations[int(name.removeprefix("M")) - 1]
            assert isinstance(below, SuperMotif)
            self.motif(below, theirs, read)
            return narrow
        if isinstance(theirs, Convolution):
            assert isinstance(operations, SuperOperations)
            convolution = operations.convolutions[name]
            assert isinstance(convolution, SuperConvolution)
            passes = (mine.level, mine.slot, *ends) in self._passing and len(read) == mine.channels
            self.found += [replace(pair, passes=passes) for pair in _convolution(convolution, theirs, read)]
            return wide if passes or not primitive(name).widens_to_cell else narrow
        return narrow if primitive(name).widens_to_cell else wide


def _convolution(mine: SuperConvolution, theirs: Convolution, places: Tensor | None) -> Iterator[WeightPair]:
    number = 0
    for parameter, dimension in ((mine.depthwise, 0), (mine.pointwise, 1)):
        if parameter is not None:
            last = parameter is mine.pointwise or mine.pointwise is None
            normalisation = theirs.normalisation if last else None
            yield WeightPair(_filters(theirs, number), parameter, dimension, places, mine, normalisation)
            number += 1


def _filters(convolution: Convolution, number: int) -> Tensor:
    filters = convolution.convolutions[number]
    assert isinstance(filters, nn.Conv2d)
    return filters.weight


def copy_to_network(supernet: Supernet, genotype: Genotype, network: Network) -> None:
    """Give the straightforward network the corresponding columns."""
    with torch.no_grad():
        for pair in weight_pairs(supernet, genotype, network):
            pair.network.copy_(pair.columns(pair.supernet))
