"""Parameters, multiply-adds and activation sizes, computed without building the network (methods A2, A8, A13).

Counted: convolutions (no bias), batch normalisation's scale and shift, the final linear layer with bias.
Multiply-adds are those of convolutions and the linear layer for one image, forward; pools cost none.

Pure Python: must import neither Django nor torch.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.liveness import Edge
from search.evolution.genotypes.primitives import IDENTITY, primitive
from search.evolution.networks.assembly import SOURCE, assembled_edges
from search.evolution.networks.host import PAPER_HOST, Host, HostLayer, host_layers
from search.evolution.networks.phenotype import Phenotype, build_phenotype, joined_width
from search.evolution.work_budget import spend


@dataclass(frozen=True)
class Cost:
    """What a network, or a part of one, costs."""

    parameters: int = 0
    multiply_adds: int = 0
    """Per image, forward."""
    activations: int = 0
    """Values per image that the outputs of all operations hold."""
    depth: int = 0
    """Operations on the longest way through the network, host layers included; 0 for a part."""

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.parameters + other.parameters,
            self.multiply_adds + other.multiply_adds,
            self.activations + other.activations,
            self.depth + other.depth,
        )


@dataclass(frozen=True)
class PlacedLayer:
    """A layer of the host where it stands: widths in channels, sizes in pixels."""

    layer: HostLayer
    input_width: int
    output_width: int
    input_size: int
    output_size: int


@dataclass
class Sums:
    """What operations in a cell of width C add up to. All widths are multiples of C, so this serves any width."""

    depthwise: int = 0
    """Weights, in units of C."""
    pointwise: int = 0
    """Weights, in units of C squared."""
    normalised: int = 0
    """Channels with a batch normalisation, in units of C."""
    channels: int = 0
    """Channels of all outputs, in units of C."""

    def add(self, name: str, multiple: int) -> None:
        """One primitive that reads `multiple` times C channels."""
        row = primitive(name)
        output = 1 if row.widens_to_cell else multiple
        self.channels += output
        if row.depthwise:
            self.depthwise += row.kernel**2 * multiple
        if row.pointwise:
            self.pointwise += multiple
        if row.has_weights:
            self.normalised += output

    def join(self, other: "Sums") -> None:
        """The operations of another part of the same cell."""
        self.depthwise += other.depthwise
        self.pointwise += other.pointwise
        self.normalised += other.normalised
        self.channels += other.channels

    def cost(self, cell_width: int, size: int) -> Cost:
        """Of them all in a cell of that width, on maps of size x size pixels."""
        weights, pixels = (self.depthwise + self.pointwise * cell_width) * cell_width, size * size
        return Cost(
            weights + 2 * self.normalised * cell_width, weights * pixels, self.channels * cell_width * pixels
        )


def cell_sums(phenotype: Phenotype) -> Sums:
    """All operations of one cell."""
    sums, widths = Sums(), phenotype.widths(1)
    for operation in phenotype.operations:
        sums.add(operation.name, joined_width(operation.reads, widths))
    return sums


def host_places(phenotype: Phenotype, host: Host) -> list[PlacedLayer]:
    """The host's layers with widths and sizes as these cells make them."""
    places = []
    width, size = host.image_channels, host.image_size
    for layer in host_layers(host):
        is_cell = layer.kind == "cell"
        after_width = phenotype.cell_at(layer).output_width(layer.width) if is_cell else layer.width
        after_size = 1 if layer.kind == "pool_linear" else -(-size // layer.stride)
        places.append(PlacedLayer(layer, width, after_width, size, after_size))
        width, size = after_width, after_size
    return places


def network_cost(phenotype: Phenotype, host: Host) -> Cost:
    """The whole network: this cell, or this pair, placed in that host."""
    sums, whole = [cell_sums(cell) for cell in phenotype.cells], Cost()
    for place in host_places(phenotype, host):
        if place.layer.kind == "cell":
            cell, cell_sum = phenotype.cell_at(place.layer), sums[-1 if place.layer.reduces else 0]
            whole += cell_sum.cost(place.layer.width, place.input_size) + Cost(depth=cell.depth)
        else:
            whole += host_layer_cost(place)
    return whole


def is_countable(cost: Cost) -> bool:
    """Whether what a network costs fits into 64 bits, as it is stored."""
    return max(cost.parameters, cost.multiply_adds) < 2**63


def within_limit(phenotype: Phenotype, limit: int | None) -> bool:
    """Whether a network keeps to a space's limit on parameters: counted in the paper's small host, so that the same
    cells are allowed under every protocol."""
    return limit is None or network_cost(phenotype, PAPER_HOST).parameters <= limit


def host_layer_cost(place: PlacedLayer) -> Cost:
    """A layer of the host that is no cell."""
    kind, before, after = place.layer.kind, place.input_width, place.output_width
    pixels = place.output_size**2
    if kind == "conv3x3":
        return Cost(9 * before * after + 2 * after, 9 * before * after * pixels, after * pixels, 1)
    if kind == "sep3x3":
        weights = 9 * before + before * after
        return Cost(weights + 2 * after, weights * pixels, after * pixels, 1)
    return Cost(before * after + after, before * after, after, 1)


def edge_costs(genotype: Genotype, host: Host) -> dict[Edge, Cost]:
    """What each live edge costs through all uses of its motif, in all cells of the host.

    The edge of a lower level counts its own operation in every copy; an edge above counts the whole motif it
    carries and the projection after it. So the costs of the cells' edges add up to all cells of the network.

    Raises Infeasible when the genotype builds no network.
    """
    totals: dict[Edge, Cost] = {}
    for place in host_places(build_phenotype(genotype), host):
        if place.layer.kind != "cell":
            continue
        for edges, cost in _operation_costs(genotype, place):
            spend(5)
            for edge in edges:
                totals[edge] = totals.get(edge, Cost()) + cost
    return totals


def _operation_costs(genotype: Genotype, place: PlacedLayer) -> list[tuple[tuple[Edge, ...], Cost]]:
    """Each operation of the unfolded cell in a place of the host: the edges it belongs to, and its cost."""
    widths = {SOURCE: 1}
    rows = []
    for source, target, data in assembled_edges(
        genotype, genotype.space.cell_slot(reduces=place.layer.reduces)
    ):
        name, multiple = data["operation"], widths[source]
        widths[target] = widths.get(target, 0) + (1 if primitive(name).widens_to_cell else multiple)
        sums = Sums()
        if name != IDENTITY:  # identities are wiring: they hold no values of their own
            sums.add(name, multiple)
        rows.append(((*data["within"], data["place"]), sums.cost(place.layer.width, place.input_size)))
    return rows


def motif_costs(genotype: Genotype, host: Host) -> dict[tuple[int, int], Cost]:
    """(level, slot) of each used motif below the top -> what all its copies cost, projections included."""
    return by_motif(genotype, edge_costs(genotype, host))


def by_motif(genotype: Genotype, costs: Mapping[Edge, Cost]) -> dict[tuple[int, int], Cost]:
    """The costs of edges as `motif_costs` adds them up."""
    totals: dict[tuple[int, int], Cost] = {}
    for (level, slot, successor, predecessor), cost in costs.items():
        if level > 2:
            motif = (level - 1, genotype.edge(level, slot, successor, predecessor))
            totals[motif] = totals.get(motif, Cost()) + cost
    return totals
