"""Shape of the hypernetwork of SMASH: what describes one tile of a kernel, and how many weights answer it.

Pure Python: must import neither Django nor torch.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import gcd

from search.evolution.genotypes.primitives import primitive
from search.evolution.genotypes.space import SearchSpace
from search.evolution.networks.host import Host, host_layers

HIDDEN = (64, 128)
"""Widths of its hidden layers."""
MOST_TILE = 16
"""Largest side of a tile; wider kernels are emitted in several."""
PROJECTION = "projection"
"""What the 1x1 convolution after a motif is called beside the primitives."""
FLOAT_BYTES = 4


@dataclass(frozen=True)
class HypernetworkShape:
    """Numbers of values that describe a tile, all of them one-hot but genes and the live share."""

    cells: int
    edges: tuple[int, ...]
    """Of a motif of each level, the top first."""
    operations: tuple[int, ...]
    """Operations of each level, the top first: an edge's gene is one-hot over them, none is all zeros."""
    kinds: tuple[str, ...]
    """Primitives whose kernels are emitted, and the projection."""
    blocks: int
    """C channels wide, of the widest layout that a kernel reads."""
    tile: int
    """Side of a tile."""
    tiles: int
    """Along the C channels of the widest cell."""

    @property
    def genes(self) -> int:
        return sum(edges * count for edges, count in zip(self.edges, self.operations, strict=True))

    @property
    def inputs(self) -> int:
        """The last one is the share of the layout that is live."""
        return self.cells + sum(self.edges) + self.genes + len(self.kinds) + self.blocks + 2 * self.tiles + 1

    @property
    def parameters(self) -> int:
        widths = (self.inputs, *HIDDEN, self.tile**2)
        return sum((read + 1) * written for read, written in pairwise(widths))

    def kept_bytes(self, channels: int, live: int) -> int:
        """What emitting a kernel [channels, live] keeps for the backward pass, however many images there are: the
        description of each tile, the hidden layers, the kernel before and after its norm, and the norm."""
        tiles = channels * live // self.tile**2
        return FLOAT_BYTES * (tiles * (self.inputs + sum(HIDDEN)) + 2 * channels * live + 1)


def hypernetwork_shape(space: SearchSpace, host: Host) -> HypernetworkShape:
    """Of the hypernetwork for the cells of that host."""
    widths = [layer.width for layer in host_layers(host) if layer.kind == "cell"]
    common = gcd(*widths)
    tile = next(side for side in range(min(common, MOST_TILE), 0, -1) if common % side == 0)
    levels = range(space.top, 1, -1)
    return HypernetworkShape(
        cells=len(widths),
        edges=tuple(space.level(level).nodes * (space.level(level).nodes - 1) // 2 for level in levels),
        operations=tuple(len(space.operations(level)) for level in levels),
        kinds=(*(name for name in space.primitives if primitive(name).pointwise), PROJECTION),
        blocks=_widest(space, space.top, 1),
        tile=tile,
        tiles=max(widths) // tile,
    )


def _widest(space: SearchSpace, level: int, read: int) -> int:
    """Widest layout of a motif and of the motifs in it, in blocks, for an input of `read` blocks."""
    rows = [primitive(name) for name in space.primitives]
    narrow = level > 2 or any(row.widens_to_cell for row in rows)
    wide = level == 2 and any(not row.widens_to_cell for row in rows)
    widths, most = {1: read}, read
    for node in range(2, space.level(level).nodes + 1):
        widths[node] = sum(narrow + wide * widths[before] for before in range(1, node))
        if level > 2:
            most = max(most, *(_widest(space, level - 1, widths[before]) for before in range(1, node)))
    return max(most, *widths.values())
