"""Reference network, exactly as the definition reads: motifs nested in motifs (methods A1, A3).

Slow and plain, each operation torch's own; kept as the oracle that the flat program of `network.py` is tested against.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.liveness import live_paths
from search.evolution.genotypes.primitives import primitive
from search.evolution.networks.host import Host, HostLayer
from search.training.network.hosts import Network, place_cells
from search.training.network.operations import OPERATIONS, pointwise


class Edge(nn.Module):
    """An operation on the edge predecessor -> successor, with weights of its own."""

    def __init__(self, successor: int, predecessor: int, operation: nn.Module, name: str) -> None:
        super().__init__()
        self.successor, self.predecessor = successor, predecessor
        self.operation = operation
        self.name = name

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.operation(x)
        return y


class MotifModule(nn.Module):
    """One copy of a motif, for an input of `width` channels in a cell of width C = `channels`.

    x_i = merge({o_ij(x_j) : j < i}), merge being concatenation along channels; dead edges are left out. Below
    the top level the sink is projected to C channels by a 1x1 convolution.
    """

    def __init__(self, genotype: Genotype, level: int, slot: int, width: int, channels: int) -> None:
        super().__init__()
        self.level, self.slot = level, slot
        self.nodes = genotype.space.level(level).nodes
        self.edges = nn.ModuleList()
        widths = {1: width}
        for successor, predecessor, operation in live_paths(genotype)[level, slot]:
            read = widths[predecessor]
            if level == 2:
                name = genotype.space.operation_name(2, operation)
                module = OPERATIONS[name](read, channels)
                brought = channels if primitive(name).widens_to_cell else read
            else:
                name, brought = f"M{operation}", channels
                module = MotifModule(genotype, level - 1, operation, read, channels)
            self.edges.append(Edge(successor, predecessor, module, name))
            widths[successor] = widths.get(successor, 0) + brought
        top = level == genotype.space.top
        self.projection = None if top else pointwise(widths[self.nodes], channels)
        self.output_width = widths[self.nodes] if top else channels

    def forward(self, x: Tensor) -> Tensor:  # [N, width, H, W] -> [N, output_width, H, W]
        maps = {1: x}
        for node in range(2, self.nodes + 1):
            brought = [edge(maps[edge.predecessor]) for edge in self.live_edges() if edge.successor == node]
            if brought:
                maps[node] = torch.cat(brought, dim=1)
        sink = maps[self.nodes]
        return sink if self.projection is None else self.projection(sink)

    def live_edges(self) -> Iterator[Edge]:
        """By successor, then predecessor."""
        for edge in self.edges:
            assert isinstance(edge, Edge)
            yield edge


class CellModule(MotifModule):
    """The cell for a place of the host: a motif of the top level, not projected."""

    def __init__(self, genotype: Genotype, layer: HostLayer) -> None:
        slot = genotype.space.cell_slot(reduces=layer.reduces)
        super().__init__(genotype, genotype.space.top, slot, layer.width, layer.width)


def reference_network(genotype: Genotype, host: Host) -> Network:
    """The nested network in a host; `alignment.copy_weights` gives it the weights of a flat one."""
    return place_cells(host, lambda layer: CellModule(genotype, layer))
