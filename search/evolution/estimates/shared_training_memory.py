"""Memory of a shared training: its weights, and what one step keeps for the backward pass, counted without torch.

Follows `search.training.supernets` operation by operation; a test compares both with what autograd saves.
Pure Python: must import neither Django nor torch.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from search.evolution.estimates.hypernetwork_shape import HypernetworkShape, hypernetwork_shape
from search.evolution.estimates.supernet_edges import (
    RunEdges,
    all_edges,
    edges_left,
    edges_of_genotype,
    uniform_genes,
)
from search.evolution.estimates.training_cost import CPU_SLACK
from search.evolution.experiments.shared_trainings import SharedTraining
from search.evolution.genotypes.primitives import primitive
from search.evolution.genotypes.space import SearchSpace
from search.evolution.networks.host import Host, host_layers

FLOAT_BYTES = 4
INDEX_BYTES = 8
"""Of the place of a maximum."""
SAMPLES = 60
"""Networks that stand for all that a sampled training draws; the largest counts."""
DROPOUT_SAMPLES = 8
"""The same for path dropout, whose draws differ less and take longer to count."""
BASE_BYTES = 100 * 2**20
"""What a first training loads besides, as for single networks."""
COPIES = {"second order": 6, "weights": 3, "hypernetwork": 4}
"""Numbers for each weight: itself, its gradient, its momentum; second order keeps three more; Adam, which trains a
hypernetwork, keeps two moments."""


@dataclass(frozen=True)
class SupernetMemory:
    """In bytes."""

    parameters: int
    """Number of weights."""
    per_image: int
    """Kept for the backward pass, of the largest network a step runs."""
    total: int


def supernet_memory(config: SharedTraining, host: Host) -> SupernetMemory:
    """What a shared training of that document takes in that host."""
    size = config.protocol.crop or host.image_size
    how = Gating(
        gated=config.method in ("darts", "gdas"),
        normalises_pools=config.method == "darts",
    )
    passes = [run_pass(config.space, host, size, edges, how) for edges in _networks(config)]
    kept = max(run.kept_bytes for run in passes)
    parameters = supernet_parameters(config.space, host)
    total = BASE_BYTES + round(CPU_SLACK * config.protocol.batch_size * kept)
    if config.method == "smash":
        shape = hypernetwork_shape(config.space, host)
        parameters -= emitted_parameters(config.space, host)
        total += COPIES["hypernetwork"] * FLOAT_BYTES * shape.parameters
        total += max(run.emission_bytes(shape) for run in passes)
        return SupernetMemory(
            parameters + shape.parameters, kept, total + COPIES["weights"] * FLOAT_BYTES * parameters
        )
    copies = COPIES["second order" if config.second_order else "weights"]
    return SupernetMemory(parameters, kept, total + copies * FLOAT_BYTES * parameters)


def too_large(config: SharedTraining, wanted: SupernetMemory, place: str, there: int) -> str:
    """Why it cannot fit into `there` bytes, and what would: for people."""
    return (
        f"the shared training needs some {wanted.total / 2**30:.1f} GiB: {wanted.parameters:,} weights and "
        f"{wanted.per_image / 2**20:.1f} MiB for each of {config.protocol.batch_size} images; "
        f"{place} has {there / 2**30:.1f} GiB: lower batch_size or channels, or use method gdas, "
        "which trains one network a step"
    )


def _networks(config: SharedTraining) -> Iterator[RunEdges]:
    rng = random.Random(0)
    if config.method == "fabric" and config.path_dropout:
        for _ in range(DROPOUT_SAMPLES):
            yield edges_left(config.space, config.path_dropout, rng)
        return
    if config.method in ("darts", "fabric"):
        yield all_edges(config.space)
        return
    for _ in range(SAMPLES):
        yield edges_of_genotype(uniform_genes(config.space, rng))


def supernet_parameters(space: SearchSpace, host: Host) -> int:
    """Weights of the supernet: of every operation in every slot of every cell."""
    total, width = 0, host.image_channels
    for layer in host_layers(host):
        if layer.kind == "cell":
            count, width = _motif_parameters(space, space.top, width, layer.width)
            total += count.pointwise + count.depthwise
            continue
        if layer.kind == "conv3x3":
            total += 9 * width * layer.width
        elif layer.kind == "sep3x3":
            total += 9 * width + width * layer.width
        else:
            total += width * layer.width + layer.width
        width = layer.width
    return total


def emitted_parameters(space: SearchSpace, host: Host) -> int:
    """Of these, those that a hypernetwork emits instead."""
    cells = [layer.width for layer in host_layers(host) if layer.kind == "cell"]
    return sum(_motif_parameters(space, space.top, width, width)[0].pointwise for width in cells)


@dataclass(frozen=True)
class _Weights:
    """Of the 1x1 kernels and of the depthwise filters of a motif."""

    pointwise: int = 0
    depthwise: int = 0

    def __add__(self, other: "_Weights") -> "_Weights":
        return _Weights(self.pointwise + other.pointwise, self.depthwise + other.depthwise)


def _motif_parameters(space: SearchSpace, level: int, width: int, channels: int) -> tuple[_Weights, int]:
    """(weights, width of what leaves the motif)."""
    total, widths = _Weights(), {1: width}
    widens, keeps = slots(space, level)
    for successor in range(2, space.level(level).nodes + 1):
        for predecessor in range(1, successor):
            read = widths[predecessor]
            widths[successor] = widths.get(successor, 0) + channels * widens + read * keeps
            total += _edge_parameters(space, level, read, channels)
    sink = widths[space.level(level).nodes]
    return (total, sink) if level == space.top else (total + _Weights(sink * channels), channels)


def _edge_parameters(space: SearchSpace, level: int, read: int, channels: int) -> _Weights:
    if level > 2:
        one = _motif_parameters(space, level - 1, read, channels)[0]
        return sum([one] * space.level(level - 1).motifs, _Weights())
    rows = [primitive(name) for name in space.primitives]
    return _Weights(
        sum(read * channels for row in rows if row.pointwise), sum(9 * read for row in rows if row.depthwise)
    )


def slots(space: SearchSpace, level: int) -> tuple[bool, bool]:
    """Whether each edge of a motif of that level writes a narrow slot, and a wide one."""
    rows = [primitive(name) for name in space.primitives]
    return (
        level > 2 or any(row.widens_to_cell for row in rows),
        level == 2 and any(not row.widens_to_cell for row in rows),
    )


@dataclass(frozen=True)
class Gating:
    """What a step does to the results of operations."""

    gated: bool = False
    """Each is multiplied by a gate that is trained."""
    normalises_pools: bool = False


@dataclass(eq=False)
class _Value:
    """One tensor of the forward pass; equal only to itself."""

    channels: int
    pixels: int

    @property
    def bytes(self) -> int:
        return FLOAT_BYTES * self.channels * self.pixels


@dataclass
class Pass:
    """One forward pass of one image."""

    space: SearchSpace
    edges: RunEdges
    how: Gating
    kept: dict[int, _Value] = field(default_factory=dict)
    indices: int = 0
    """Bytes of the places of maxima."""
    kernels: list[tuple[int, int]] = field(default_factory=list)
    """(C, live columns) of the 1x1 kernels in cells."""

    @property
    def kept_bytes(self) -> int:
        """Of one image."""
        return sum(value.bytes for value in self.kept.values()) + self.indices

    def emission_bytes(self, shape: HypernetworkShape) -> int:
        """Kept where a hypernetwork emits the kernels, however many images there are."""
        return sum(shape.kept_bytes(channels, live) for channels, live in self.kernels)

    def keep(self, value: _Value) -> None:
        self.kept[id(value)] = value

    def convolved(self, x: _Value, channels: int, pixels: int, *, depthwise: bool, pointwise: bool) -> _Value:
        """With normalisation and ReLU: each keeps what its gradient needs."""
        self.keep(x)
        if depthwise and pointwise:
            self.keep(_Value(x.channels, pixels))
        width = channels if pointwise else x.channels
        self.keep(_Value(width, pixels))
        y = _Value(width, pixels)
        self.keep(y)
        return y

    def motif(self, level: int, slot: int, x: _Value, channels: int) -> _Value | None:
        """None where no path leads to the sink."""
        maps, brought = {1: x}, dict[int, list[_Value]]()
        nodes, rows = self.space.level(level).nodes, self.edges[level, slot]
        for node in range(2, nodes + 1):
            for successor, predecessor, operations in rows:
                if successor == node and predecessor in maps:
                    brought.setdefault(node, []).extend(
                        self._edge(level, operations, maps[predecessor], channels)
                    )
            if brought.get(node):
                maps[node] = _joined(brought[node])
        sink = maps.get(nodes)
        if sink is None or level == self.space.top:
            return sink
        self.kernels.append((channels, sink.channels))
        return self.convolved(sink, channels, sink.pixels, depthwise=False, pointwise=True)

    def _edge(self, level: int, operations: tuple[int, ...], x: _Value, channels: int) -> list[_Value]:
        narrow, wide = list[_Value](), list[_Value]()
        for operation in operations:
            if level > 2:
                found = self.motif(level - 1, operation, x, channels)
                kept = narrow
            else:
                found = self._primitive(operation, x, channels)
                widens = primitive(self.space.primitives[operation - 1]).widens_to_cell
                kept = narrow if widens else wide
            if found is not None:
                if self.how.gated:
                    self.keep(found)
                    found = _Value(found.channels, found.pixels)
                kept.append(found)
        # Adding keeps nothing, and what is added makes a new value.
        return [
            row[0] if len(row) == 1 else _Value(row[0].channels, row[0].pixels)
            for row in (narrow, wide)
            if row
        ]

    def _primitive(self, operation: int, x: _Value, channels: int) -> _Value:
        row = primitive(self.space.primitives[operation - 1])
        if row.has_weights:
            if row.pointwise:
                self.kernels.append((channels, x.channels))
            return self.convolved(x, channels, x.pixels, depthwise=row.depthwise, pointwise=row.pointwise)
        y = x
        if row.name in ("max3x3", "avg3x3"):
            self.keep(x)
            y = _Value(x.channels, x.pixels)
            self.indices += INDEX_BYTES * x.channels * x.pixels * (row.name == "max3x3")
        if not self.how.normalises_pools:
            return y
        self.keep(y)
        return _Value(x.channels, x.pixels)


def _joined(values: list[_Value]) -> _Value:
    if len(values) == 1:
        return values[0]
    return _Value(sum(value.channels for value in values), values[0].pixels)


def run_pass(space: SearchSpace, host: Host, size: int, edges: RunEdges, how: Gating) -> Pass:
    """What the forward pass of one image of that size keeps for the backward pass."""
    run = Pass(space, edges, how)
    x = _Value(host.image_channels, size * size)
    for layer in host_layers(host):
        if layer.kind == "cell":
            found = run.motif(space.top, space.cell_slot(reduces=layer.reduces), x, layer.width)
            assert found is not None, "these edges lead from no source to the sink"
            x = found
        elif layer.kind == "pool_linear":
            run.keep(_Value(x.channels, 1))
        else:
            size = -(-size // layer.stride)
            depthwise = layer.kind == "sep3x3"
            x = run.convolved(x, layer.width, size * size, depthwise=depthwise, pointwise=True)
    return run
