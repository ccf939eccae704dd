"""Layer tree of a whole network: the host's layers, in them cells, motifs and operations, with shapes and costs.

The tree is never unfolded as a whole: a motif that is used a hundred times is counted once for each width that enters
it, and its parts are made when they are asked for. Pure Python: must import neither Django nor torch.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.liveness import live_paths
from search.evolution.genotypes.primitives import IDENTITY, PROJECTION, primitive
from search.evolution.networks.cost import Cost, PlacedLayer, Sums, host_layer_cost, host_places
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import build_phenotype

LayerKind = Literal["host", "cell", "motif", "operation", "projection"]
Place = tuple[int, int, int, int]
"""(level, slot, successor, predecessor) of the genotype's edge that a layer comes from."""


@dataclass(frozen=True)
class Layer:
    """One box of the network. Sizes are sides in pixels, widths channels."""

    path: str
    """From the network down: `3` is a layer of the host, `3/1-3` what stands on the edge 1 -> 3 of the cell there."""
    kind: LayerKind
    name: str
    """Of the primitive or the host's layer, `cell` or that of a pair, or the motif's name."""
    input_width: int
    output_width: int
    input_size: int
    output_size: int
    cost: Cost
    operations: Mapping[str, int]
    """Primitive -> how many stand in it, itself included; identities are wiring and not counted."""
    place: Place | None = None
    level: int = 0
    """Of a cell or motif: that of its own graph."""
    slot: int = 0

    @property
    def opens(self) -> bool:
        return self.kind in ("cell", "motif")


@dataclass(frozen=True)
class Part:
    """A layer between two nodes of a cell or motif."""

    predecessor: int
    successor: int
    layer: Layer


@dataclass(frozen=True)
class Graph:
    """The inside of a cell or motif: nodes count from 1, the last one is what leaves it, before the projection."""

    nodes: int
    parts: tuple[Part, ...]
    widths: Mapping[int, int]
    """Node -> channels that are concatenated there."""
    projection: Layer | None
    """Follows the last node of a motif below the top."""


@dataclass(frozen=True)
class _Unit:
    """One motif that reads so many times the cell's width."""

    sums: Sums
    operations: Counter[str]
    widths: dict[int, int]
    """Node -> multiple of the cell's width."""


@dataclass
class LayerTree:
    """All layers of one network in one host. Raises Infeasible where the genotype builds none."""

    genotype: Genotype
    host: Host
    _units: dict[tuple[int, int, int], _Unit] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._paths = live_paths(self.genotype)
        self._top = self.genotype.space.top
        self._places = host_places(build_phenotype(self.genotype), self.host)

    def layers(self) -> list[Layer]:
        """The host's layers, from the image to the scores; paths count from 1."""
        return [self._host_layer(number, place) for number, place in enumerate(self._places, start=1)]

    def inside(self, layer: Layer) -> Graph:
        """What a cell or motif is made of."""
        width, size = self._cell_of(layer)
        unit = self._unit(layer.level, layer.slot, layer.input_width // width)
        parts = []
        for successor, predecessor, operation in self._paths[layer.level, layer.slot]:
            place = (layer.level, layer.slot, successor, predecessor)
            path = f"{layer.path}/{predecessor}-{successor}"
            part = self._part(path, place, operation, unit.widths[predecessor], (width, size))
            parts.append(Part(predecessor, successor, part))
        nodes = self.genotype.space.level(layer.level).nodes
        projection = None
        if layer.kind == "motif":
            projection = _operation(
                f"{layer.path}/out", "projection", PROJECTION, unit.widths[nodes], (width, size)
            )
        widths = {node: multiple * width for node, multiple in unit.widths.items()}
        return Graph(nodes, tuple(parts), widths, projection)

    def find(self, path: str) -> Layer | None:
        """The layer of a path, None where there is none."""
        first, _, rest = path.partition("/")
        layers = {layer.path: layer for layer in self.layers()}
        layer = layers.get(first)
        for step in rest.split("/") if rest else ():
            if layer is None or not layer.opens:
                return None
            graph = self.inside(layer)
            below = {part.layer.path: part.layer for part in graph.parts}
            if graph.projection is not None:
                below[graph.projection.path] = graph.projection
            layer = below.get(f"{layer.path}/{step}")
        return layer

    def _host_layer(self, number: int, place: PlacedLayer) -> Layer:
        kind, width, size = place.layer.kind, place.layer.width, place.input_size
        shape = (place.input_width, place.output_width, place.input_size, place.output_size)
        if kind != "cell":
            return Layer(str(number), "host", kind, *shape, host_layer_cost(place), {kind: 1})
        slot = self.genotype.space.cell_slot(reduces=place.layer.reduces)
        unit = self._unit(self._top, slot, place.input_width // width)
        name, cost = self.genotype.space.motif_name(self._top, slot), unit.sums.cost(width, size)
        return Layer(str(number), "cell", name, *shape, cost, unit.operations, level=self._top, slot=slot)

    def _part(self, path: str, place: Place, operation: int, multiple: int, cell: tuple[int, int]) -> Layer:
        level, space = place[0], self.genotype.space
        if level == 2:
            return _operation(path, "operation", space.operation_name(2, operation), multiple, cell, place)
        width, size = cell
        unit = self._unit(level - 1, operation, multiple)
        name = space.motif_name(level - 1, operation)
        shape = (multiple * width, width, size, size)
        cost = unit.sums.cost(width, size)
        return Layer(path, "motif", name, *shape, cost, unit.operations, place, level - 1, operation)

    def _cell_of(self, layer: Layer) -> tuple[int, int]:
        """Width and size of the cell that a layer stands in."""
        place = self._places[int(layer.path.partition("/")[0]) - 1]
        return place.layer.width, place.input_size

    def _unit(self, level: int, slot: int, multiple: int) -> _Unit:
        key = (level, slot, multiple)
        if key not in self._units:
            self._units[key] = self._counted(level, slot, multiple)
        return self._units[key]

    def _counted(self, level: int, slot: int, multiple: int) -> _Unit:
        sums, operations, widths = Sums(), Counter[str](), {1: multiple}
        for successor, predecessor, operation in self._paths[level, slot]:
            read = widths[predecessor]
            if level == 2:
                name = self.genotype.space.operation_name(2, operation)
                wide = 1 if primitive(name).widens_to_cell else read
                if name != IDENTITY:
                    sums.add(name, read)
                    operations[name] += 1
            else:
                below, wide = self._unit(level - 1, operation, read), 1
                sums.join(below.sums)
                operations += below.operations
            widths[successor] = widths.get(successor, 0) + wide
        if level < self._top:
            sums.add(PROJECTION, widths[self.genotype.space.level(level).nodes])
            operations[PROJECTION] += 1
        return _Unit(sums, operations, widths)


def _operation(
    path: str,
    kind: LayerKind,
    name: str,
    multiple: int,
    cell: tuple[int, int],
    place: Place | None = None,
) -> Layer:
    (width, size), sums = cell, Sums()
    if name != IDENTITY:
        sums.add(name, multiple)
    after = width if primitive(name).widens_to_cell else multiple * width
    counted = {} if name == IDENTITY else {name: 1}
    shape = (multiple * width, after, size, size)
    return Layer(path, kind, name, *shape, sums.cost(width, size), counted, place)
