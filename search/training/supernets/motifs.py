"""Motifs of a supernet: every operation on every edge, with fixed slots, so that concatenation stays exact.

Edge j -> i of a level-2 motif writes two slots of node i: a narrow one of C channels for what widens to C (1x1 and
separable convolutions) and a wide one as wide as node j for what keeps its channels (depthwise, pools, identity).
Above level 2 each edge writes one slot of C channels, for every motif is projected to C.
"""

from collections.abc import Callable
from functools import cached_property

import torch
from torch import Tensor, nn
from torch.nn import functional

from search.evolution.genotypes.primitives import primitive
from search.evolution.genotypes.space import SearchSpace
from search.training.supernets.choices import Choices, EdgeChoice, edges_of
from search.training.supernets.feature_map import FeatureMap, joined, whole_map


def normalised(x: Tensor) -> Tensor:
    """Batch normalisation by the batch's own statistics, without scale and shift: a shift would make an absent slot
    speak."""
    return functional.batch_norm(x, None, None, training=True)


class SuperConvolution(nn.Module):
    """1x1, 3x3 depthwise or 3x3 separable convolution over a full layout; reads the columns that are there."""

    def __init__(
        self, width: int, channels: int, *, depthwise: bool, pointwise: bool, stride: int = 1
    ) -> None:
        super().__init__()
        self.stride = stride
        self.depthwise = nn.Parameter(torch.empty(width, 1, 3, 3)) if depthwise else None
        self.pointwise = nn.Parameter(torch.empty(channels, width, 1, 1)) if pointwise else None
        self._emit: Callable[[Tensor], Tensor] | None = None

    def emit_with(self, emit: Callable[[Tensor], Tensor]) -> None:
        """The pointwise kernel is no weight any more: `emit` makes it for the columns that are live."""
        self._emit, self.pointwise = emit, None

    def forward(self, x: FeatureMap) -> Tensor:
        """[N, live, H, W] -> [N, C or live, H', W']."""
        y = x.values
        if self.depthwise is not None:
            filters = _columns(self.depthwise, x.places, 0)
            y = functional.conv2d(y, filters, stride=self.stride, padding=1, groups=y.shape[1])
        if self._emit is not None:
            y = functional.conv2d(y, self._emit(x.places))
        elif self.pointwise is not None:
            y = functional.conv2d(y, _columns(self.pointwise, x.places, 1))
        return functional.relu(normalised(y))


def _columns(weight: Tensor, places: Tensor, dimension: int) -> Tensor:
    if len(places) == weight.shape[dimension]:  # all of them: a layout is never permuted
        return weight
    return weight.index_select(dimension, places.to(weight.device))


class SuperOperations(nn.Module):
    """All primitives of one level-2 edge that have weights."""

    def __init__(self, space: SearchSpace, width: int, channels: int) -> None:
        super().__init__()
        self.names = space.primitives
        self.normalises_pools = False
        self.convolutions = nn.ModuleDict(
            {
                name: SuperConvolution(width, channels, depthwise=row.depthwise, pointwise=row.pointwise)
                for name, row in ((name, primitive(name)) for name in space.primitives)
                if row.has_weights
            }
        )

    def forward(self, x: FeatureMap, operation: int) -> Tensor:
        name = self.names[operation - 1]
        if name in self.convolutions:
            y: Tensor = self.convolutions[name](x)
            return y
        if name == "max3x3":
            y = functional.max_pool2d(x.values, 3, stride=1, padding=1)
        elif name == "avg3x3":
            y = functional.avg_pool2d(x.values, 3, stride=1, padding=1, count_include_pad=False)
        else:
            y = x.values
        return normalised(y) if self.normalises_pools else y


class SuperMotif(nn.Module):
    """One copy of a motif with every operation on every edge, for inputs of a layout `width` wide in a cell of width
    C = `channels`. Below the top the sink is projected to C."""

    def __init__(self, space: SearchSpace, level: int, slot: int, width: int, channels: int) -> None:
        super().__init__()
        self.level, self.slot, self.channels = level, slot, channels
        self.nodes = space.level(level).nodes
        self.widens = level > 2 or any(primitive(name).widens_to_cell for name in space.primitives)
        self.keeps = level == 2 and any(not primitive(name).widens_to_cell for name in space.primitives)
        self.narrow_names = [primitive(name).widens_to_cell for name in space.primitives]
        self.starts: dict[tuple[int, int], int] = {}
        self.widths = {1: width}
        self.operations = nn.ModuleDict()
        for successor, predecessor in edges_of(space, level):
            read = self.widths[predecessor]
            start = self.widths.get(successor, 0)
            self.starts[successor, predecessor] = start
            self.widths[successor] = start + channels * self.widens + read * self.keeps
            self.operations[edge_name(successor, predecessor)] = (
                SuperOperations(space, read, channels)
                if level == 2
                else nn.ModuleList(
                    SuperMotif(space, level - 1, below, read, channels)
                    for below in range(1, space.level(level - 1).motifs + 1)
                )
            )
        top = level == space.top
        sink = self.widths[self.nodes]
        self.projection = None if top else SuperConvolution(sink, channels, depthwise=False, pointwise=True)
        self.output_width = sink if top else channels

    def forward(self, x: FeatureMap, choices: Choices) -> FeatureMap | None:
        """None where no path of the choices leads to the sink."""
        maps = {1: x}
        brought: dict[int, list[FeatureMap]] = {}
        node = 2
        for choice in choices[self.level, self.slot]:
            while node < choice.successor:
                _close(maps, brought, node)
                node += 1
            if choice.predecessor in maps:
                brought.setdefault(choice.successor, []).extend(
                    self._edge(maps[choice.predecessor], choice, choices)
                )
        for last in range(node, self.nodes + 1):
            _close(maps, brought, last)
        sink = maps.get(self.nodes)
        if sink is None or self.projection is None:
            return sink
        return whole_map(self.projection(sink))

    def _edge(self, x: FeatureMap, choice: EdgeChoice, choices: Choices) -> list[FeatureMap]:
        start = self.starts[choice.successor, choice.predecessor]
        operations = self.operations[edge_name(choice.successor, choice.predecessor)]
        narrow: list[Tensor] = []
        wide: list[Tensor] = []
        for operation, gate in choice.operations:
            if isinstance(operations, SuperOperations):
                y = operations(x, operation)
                kept = narrow if self.narrow_names[operation - 1] else wide
            else:
                assert isinstance(operations, nn.ModuleList)
                found: FeatureMap | None = operations[operation - 1](x, choices)
                if found is None:
                    continue
                y, kept = found.values, narrow
            kept.append(y if gate is None else gate * y)
        maps = []
        if narrow:
            places = torch.arange(start, start + self.channels)
            maps.append(FeatureMap(_sum(narrow), places))
        if wide:
            maps.append(x.moved(_sum(wide), start + self.channels * self.widens))
        return maps

    @cached_property
    def wide_offset(self) -> int:
        """Where the wide slot of an edge begins after the beginning of its slots."""
        return self.channels * self.widens


def edge_name(successor: int, predecessor: int) -> str:
    return f"{predecessor}-{successor}"


def _sum(values: list[Tensor]) -> Tensor:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


def _close(maps: dict[int, FeatureMap], brought: dict[int, list[FeatureMap]], node: int) -> None:
    """All edges into a node have been run."""
    if brought.get(node):
        maps[node] = joined(brought[node])
