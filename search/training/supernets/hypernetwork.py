"""The hypernetwork of SMASH: emits the kernels of a supernet's cells from the architecture (Brock et al. 2017).

It emits what a network has most of, the kernels of 1x1 convolutions, of the pointwise half of separable ones and of
projections, tile by tile: each tile is told where it stands, what its motif and its cell look like, and which
producing slot it reads. Depthwise filters and what stands between the cells are ordinary weights.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from search.evolution.estimates.hypernetwork_shape import (
    HIDDEN,
    PROJECTION,
    HypernetworkShape,
    hypernetwork_shape,
)
from search.evolution.genotypes.space import SearchSpace
from search.evolution.networks.host import Host
from search.training.supernets.choices import Choices, MotifPlace, edges_of
from search.training.supernets.motifs import SuperConvolution, SuperMotif, SuperOperations, edge_name


@dataclass(frozen=True)
class Consumer:
    """A convolution whose kernel is emitted, and where it stands."""

    cell: int
    """Its number in the host, from 0."""
    motifs: tuple[tuple[MotifPlace, int | None], ...]
    """The motifs that it stands in, the cell first, each with the row of its edge; None: after all edges."""
    kind: str
    """A primitive, or the projection."""
    channels: int
    width: int
    """Of the full layout that it reads."""


class Hypernetwork(nn.Module):
    """Told an architecture by `read`, emits the kernel of any consumer in it."""

    def __init__(self, space: SearchSpace, host: Host) -> None:
        super().__init__()
        self.space = space
        self.shape: HypernetworkShape = hypernetwork_shape(space, host)
        first, second = HIDDEN
        self.layers = nn.Sequential(
            nn.Linear(self.shape.inputs, first),
            nn.ReLU(),
            nn.Linear(first, second),
            nn.ReLU(),
            nn.Linear(second, self.shape.tile**2),
        )
        self._genes: dict[MotifPlace, Tensor] = {}

    def read(self, choices: Choices) -> None:
        """The architecture that the next kernels are for: the genes of its live edges."""
        self._genes = {}
        for place, rows in choices.items():
            genes = torch.zeros(len(edges_of(self.space, place[0])), len(self.space.operations(place[0])))
            for row in rows:
                edge = (row.successor - 1) * (row.successor - 2) // 2 + row.predecessor - 1
                for operation, _ in row.operations:
                    genes[edge, operation - 1] = 1
            self._genes[place] = genes.flatten()

    def kernel(self, consumer: Consumer, places: Tensor) -> Tensor:
        """[C, live, 1, 1] for the live columns of the consumer's layout, of norm 1 as a whole: what stands behind
        it is normalised, so only the direction counts."""
        tile = self.shape.tile
        rows, columns = consumer.channels // tile, places[::tile] // tile
        about = self._about(consumer, len(places) / consumer.width)
        described = torch.cat(
            [
                about[:-1].expand(rows, len(columns), -1),
                self._one_hot(columns // rows, self.shape.blocks).expand(rows, -1, -1),
                self._one_hot(columns % rows, self.shape.tiles).expand(rows, -1, -1),
                self._one_hot(torch.arange(rows), self.shape.tiles)[:, None].expand(-1, len(columns), -1),
                about[-1:].expand(rows, len(columns), -1),
            ],
            2,
        )  # [row tiles, column tiles, inputs]
        described = described.to(next(self.parameters())).flatten(0, 1)
        tiles = self.layers(described).view(rows, len(columns), tile, tile)
        kernel = tiles.permute(0, 2, 1, 3).reshape(consumer.channels, len(places))
        normed: Tensor = kernel / torch.linalg.vector_norm(kernel)
        return normed[:, :, None, None]

    def _about(self, consumer: Consumer, share: float) -> Tensor:
        """What all tiles of a kernel are told alike; the live share stands last."""
        parts = [self._one_hot(torch.tensor(consumer.cell), self.shape.cells)]
        stands = {place[0]: (place, edge) for place, edge in consumer.motifs}
        for level, edges, count in zip(
            range(self.space.top, 1, -1), self.shape.edges, self.shape.operations, strict=True
        ):
            place, edge = stands.get(level, (None, None))
            known = self._genes.get(place) if place else None
            parts.append(torch.zeros(edges) if edge is None else self._one_hot(torch.tensor(edge), edges))
            parts.append(torch.zeros(edges * count) if known is None else known)
        kind = torch.tensor(self.shape.kinds.index(consumer.kind))
        return torch.cat([*parts, self._one_hot(kind, len(self.shape.kinds)), torch.tensor([share])])

    @staticmethod
    def _one_hot(index: Tensor, count: int) -> Tensor:
        return nn.functional.one_hot(index, count).float()


def consumers(cell: SuperMotif, number: int) -> Iterator[tuple[SuperConvolution, Consumer]]:
    """All convolutions of a cell whose kernels can be emitted."""
    yield from _of_motif(cell, number, ())


def _of_motif(
    motif: SuperMotif, number: int, above: tuple[tuple[MotifPlace, int | None], ...]
) -> Iterator[tuple[SuperConvolution, Consumer]]:
    place = (motif.level, motif.slot)
    for row, (successor, predecessor) in enumerate(motif.starts):
        operations = motif.operations[edge_name(successor, predecessor)]
        here = (*above, (place, row))
        if isinstance(operations, SuperOperations):
            width = motif.widths[predecessor]
            for name, part in operations.convolutions.items():
                if isinstance(part, SuperConvolution) and part.pointwise is not None:
                    yield part, Consumer(number, here, name, motif.channels, width)
            continue
        assert isinstance(operations, nn.ModuleList)
        for below in operations:
            assert isinstance(below, SuperMotif)
            yield from _of_motif(below, number, here)
    if motif.projection is not None:
        here = (*above, (place, None))
        width = motif.widths[motif.nodes]
        yield motif.projection, Consumer(number, here, PROJECTION, motif.channels, width)


def let_emit(hypernetwork: Hypernetwork, cells: list[SuperMotif]) -> None:
    """The kernels of these cells are no weights of their own any more."""
    for number, cell in enumerate(cells):
        for part, consumer in list(consumers(cell, number)):
            part.emit_with(partial(hypernetwork.kernel, consumer))
