"""Weight mapping between the flat program and the nested reference network.

Both hold the same convolutions, in another order, and read their inputs concatenated in another order: the
reference by its nodes, the flat program canonically. So each feature map of the reference is followed channel by
channel, and the input channels of each convolution are permuted.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.primitives import IDENTITY, primitive
from search.evolution.genotypes.space import REDUCTION
from search.evolution.networks.assembly import SINK
from search.evolution.networks.canonical import canonical_order
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Phenotype, build_phenotype, wire
from search.training.network.flat_cell import FlatCell
from search.training.network.hosts import Network, PoolLinear, build_network
from search.training.network.operations import Convolution
from search.training.network.reference import CellModule, MotifModule, reference_network

Channel = tuple[int, int]
"""(canonical value, channel of it): what one channel of a feature map holds."""


def copy_weights(genotype: Genotype, flat: Network, reference: Network) -> None:
    """Give the reference the weights, scales, shifts and statistics of the flat network."""
    incoming: Tensor | None = None
    with torch.no_grad():
        for source, target in zip(flat.layers, reference.layers, strict=True):
            if isinstance(source, FlatCell):
                assert isinstance(target, CellModule)
                incoming = _CellCopy(genotype, source, target.slot).copy(target)
                continue
            if isinstance(source, PoolLinear):
                assert isinstance(target, PoolLinear)
                target.linear.weight.copy_(_columns(source.linear.weight, incoming))
                target.linear.bias.copy_(source.linear.bias)
            else:
                assert isinstance(source, Convolution)
                assert isinstance(target, Convolution)
                _copy_convolution(source, target, incoming)
            incoming = None


def seeded_reference(genotype: Genotype, host: Host, *, seed: int) -> Network:
    """The nested network with the weights that the seed gives to the one that trains."""
    reference = reference_network(genotype, host)
    copy_weights(genotype, build_network(build_phenotype(genotype), host, seed=seed), reference)
    return reference


class _CellCopy:
    """Walks one reference cell in the order of assembly, beside the flat cell's operations."""

    def __init__(self, genotype: Genotype, flat: FlatCell, slot: int) -> None:
        self.flat = flat
        self.phenotype: Phenotype = build_phenotype(genotype).cells[-1 if slot == REDUCTION else 0]
        self.widths = self.phenotype.widths(flat.channels)
        names, inputs, values = wire(genotype, slot)
        self.values: Iterator[int] = iter(_canonical_values(canonical_order(names, inputs, values[SINK])))

    def copy(self, cell: CellModule) -> Tensor:
        """Copy all weights of the cell; returns, for each of its output channels, the flat cell's channel."""
        output = self._motif(cell, self._channels((0,)))
        return _permutation(output, self._channels(self.phenotype.output))

    def _channels(self, values: Sequence[int]) -> list[Channel]:
        return [(value, channel) for value in values for channel in range(self.widths[value])]

    def _motif(self, motif: MotifModule, source: list[Channel]) -> list[Channel]:
        maps: dict[int, list[Channel]] = defaultdict(list, {1: source})
        for edge in motif.live_edges():
            read = maps[edge.predecessor]
            if isinstance(edge.operation, MotifModule):
                brought = self._motif(edge.operation, read)
            elif edge.name == IDENTITY:
                brought = read
            else:
                brought = self._operation(edge.name, edge.operation, read)
            maps[edge.successor] += brought
        if motif.projection is None:
            return maps[motif.nodes]
        return self._operation("conv1x1", motif.projection, maps[motif.nodes])

    def _operation(self, name: str, target: nn.Module, read: list[Channel]) -> list[Channel]:
        value = next(self.values)
        inputs = _permutation(read, self._channels(self.phenotype.operations[value - 1].inputs))
        if isinstance(target, Convolution):
            source = self.flat.operations[str(value)]
            assert isinstance(source, Convolution)
            _copy_convolution(source, target, inputs)
        if primitive(name).widens_to_cell:
            return self._channels((value,))
        return [(value, int(channel)) for channel in inputs]


def _canonical_values(order: list[int]) -> list[int]:
    """For each operation in the order of assembly, its number in the phenotype."""
    place = {old: new for new, old in enumerate(order, start=1)}
    return [place[old] for old in range(1, len(order) + 1)]


def _permutation(reference: list[Channel], canonical: list[Channel]) -> Tensor:
    """For each channel of the reference's map its place in the canonical one; repeats matched in turn."""
    places: dict[Channel, list[int]] = defaultdict(list)
    for place, channel in enumerate(canonical):
        places[channel].append(place)
    turns = {channel: iter(found) for channel, found in places.items()}
    return torch.tensor([next(turns[channel]) for channel in reference])


def _columns(weight: Tensor, inputs: Tensor | None) -> Tensor:
    return weight if inputs is None else weight[:, inputs]


def _copy_convolution(source: Convolution, target: Convolution, inputs: Tensor | None) -> None:
    """Copy with the target's input channels being the source's `inputs`, in that order (None: unchanged)."""
    for part, twin in zip(source.convolutions, target.convolutions, strict=True):
        assert isinstance(part, nn.Conv2d)
        assert isinstance(twin, nn.Conv2d)
        if inputs is not None and _is_depthwise(part):
            twin.weight.copy_(part.weight[inputs])
        else:
            twin.weight.copy_(_columns(part.weight, inputs))
            inputs = None  # outputs of a full or pointwise convolution stand in one order in both
    for name, values in source.normalisation.state_dict().items():
        permuted = values[inputs] if inputs is not None and values.dim() else values
        target.normalisation.state_dict()[name].copy_(permuted)


def _is_depthwise(convolution: nn.Conv2d) -> bool:
    return convolution.kernel_size != (1, 1) and convolution.weight.shape[1] == 1
