"""Weights carried from a parent to a child of the same space, by the slots of a supernet (methods B8).

Each producing slot has columns of its own in every consumer, so what both have keeps its weights wherever it stands.
Columns of producers that the parent had not are zero: whatever an edit adds, the network computes what it did. Exact
in evaluation mode: edges added at any level; a motif replaced by one that holds it; identity to depthwise; 1x1 to
separable; identity to 1x1 or separable on edges that read the cell's width. Any other edit keeps what it can.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.liveness import Edge, live_paths
from search.evolution.genotypes.preserving_edits import WIDENED, holds
from search.evolution.genotypes.primitives import NONE, NONE_NAME
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import build_phenotype
from search.training.network.alignment import copy_weights
from search.training.network.hosts import Network, build_network
from search.training.network.reference import reference_network
from search.training.supernets.alignment import WeightPair, weight_pairs
from search.training.supernets.choices import edges_of
from search.training.supernets.motifs import SuperConvolution, SuperMotif, SuperOperations, edge_name
from search.training.supernets.supernet import Supernet, build_supernet

Statistics = dict[str, Tensor]
"""Scale, shift and running statistics of one normalisation, over the full layout."""
NORMALISED = ("weight", "bias", "running_mean", "running_var")


@dataclass(frozen=True)
class Carrier:
    """A supernet with the parent's weights, and the normalisations, which a supernet has not."""

    supernet: Supernet
    statistics: dict[int, Statistics]
    used: set[int]
    """Of the supernet's parts those that hold weights of the parent, by id."""


def inherit(
    parent: Genotype, weights: Network, child: Genotype, network: Network, host: Host, seed: int
) -> None:
    """Give the child's flat network the parent's weights as far as both have them; `weights` is the parent's."""
    reference = reference_network(parent, host)
    copy_weights(parent, weights, reference)
    carrier = _carrier(parent, reference, host, seed)
    _hand_over_motifs(carrier, parent, child)
    inherited = reference_network(child, host)
    with torch.no_grad():
        for part in carrier.supernet.modules():
            if isinstance(part, SuperOperations):
                _preserve(carrier, part)
        for pair in weight_pairs(carrier.supernet, child, inherited, _passing(parent, child)):
            if pair.passes:
                nn.init.dirac_(pair.network, groups=len(pair.network) if pair.dimension == 0 else 1)
            else:
                pair.network.copy_(pair.columns(pair.supernet))
            _write_statistics(carrier, pair)
        _copy_back(child, inherited, network, host)


def _carrier(parent: Genotype, reference: Network, host: Host, seed: int) -> Carrier:
    carrier = Carrier(build_supernet(parent.space, host, seed=seed), {}, set())
    with torch.no_grad():
        pairs = list(weight_pairs(carrier.supernet, parent, reference))
        for pair in pairs:
            if pair.dimension == 1:
                pair.supernet.zero_()  # columns of producers that the parent has not say nothing
        for pair in pairs:
            carrier.used.add(id(pair.owner))
            if pair.places is None:
                pair.supernet.copy_(pair.network)
            else:
                pair.supernet.index_copy_(pair.dimension, pair.places, pair.network.detach())
            _read_statistics(carrier, pair)
    return carrier


def _passing(parent: Genotype, child: Genotype) -> frozenset[Edge]:
    """Edges of level 2 that pass their input on in the parent, by identity, and through a convolution in the child."""
    space, level = parent.space, 2
    names = (NONE_NAME, *space.primitives)
    return frozenset(
        (level, slot, successor, predecessor)
        for slot in range(1, space.level(level).motifs + 1)
        for successor, predecessor in edges_of(space, level)
        if (
            names[parent.edge(level, slot, successor, predecessor)],
            names[child.edge(level, slot, successor, predecessor)],
        )
        in WIDENED
    )


def _hand_over_motifs(carrier: Carrier, parent: Genotype, child: Genotype) -> None:
    """Where an edge of the child carries a motif that holds the parent's, every copy of it gets that one's weights."""
    paths = live_paths(parent)
    with torch.no_grad():
        for part in carrier.supernet.modules():
            if not isinstance(part, SuperMotif) or part.level == 2:
                continue
            for ends in edges_of(parent.space, part.level):
                place = (part.level, part.slot, *ends)
                old, new = parent.edge(*place), child.edge(*place)
                if old != NONE and new != NONE and holds(paths, part.level - 1, new, old):
                    motifs = part.operations[edge_name(*ends)]
                    assert isinstance(motifs, nn.ModuleList)
                    _copy_motif(carrier, motifs[old - 1], motifs[new - 1])


def _copy_motif(carrier: Carrier, old: nn.Module, new: nn.Module) -> None:
    """Weights, normalisations, and which of them the parent used: both have the same parts."""
    new.load_state_dict(old.state_dict())
    for mine, theirs in zip(old.modules(), new.modules(), strict=True):
        if id(mine) in carrier.used:
            carrier.used.add(id(theirs))
        if id(mine) in carrier.statistics:
            carrier.statistics[id(theirs)] = carrier.statistics[id(mine)]


def _preserve(carrier: Carrier, operations: SuperOperations) -> None:
    """What an edge without a depthwise or separable convolution would become by one: the identity, or its own 1x1."""
    used, found = carrier.used, dict(operations.convolutions.items())
    depthwise = found.get("dw3x3")
    if isinstance(depthwise, SuperConvolution) and id(depthwise) not in used:
        assert depthwise.depthwise is not None
        nn.init.dirac_(depthwise.depthwise, groups=len(depthwise.depthwise))
    both = [
        operations.convolutions[name] for name in ("conv1x1", "sep3x3") if name in operations.convolutions
    ]
    if len(both) < 2:
        return
    one, separable = both
    assert isinstance(one, SuperConvolution)
    assert isinstance(separable, SuperConvolution)
    if id(one) in used and id(separable) not in used:
        assert separable.depthwise is not None
        assert separable.pointwise is not None
        assert one.pointwise is not None
        nn.init.dirac_(separable.depthwise, groups=len(separable.depthwise))
        separable.pointwise.copy_(one.pointwise)
        carrier.statistics[id(separable)] = carrier.statistics[id(one)]


def _read_statistics(carrier: Carrier, pair: WeightPair) -> None:
    if pair.normalisation is None:
        return
    kept = _fresh(pair)
    places = _places(pair)
    for name in NORMALISED:
        kept[name][places] = getattr(pair.normalisation, name).detach()
    carrier.statistics[id(pair.owner)] = kept


def _write_statistics(carrier: Carrier, pair: WeightPair) -> None:
    if pair.normalisation is None:
        return
    kept = carrier.statistics.get(id(pair.owner)) or _fresh(pair)
    places = _places(pair)
    for name in NORMALISED:
        getattr(pair.normalisation, name).copy_(kept[name][places])


def _fresh(pair: WeightPair) -> Statistics:
    """A normalisation that changes nothing in evaluation mode."""
    assert pair.normalisation is not None
    width = pair.supernet.shape[0]
    scale = (1 + pair.normalisation.eps) ** 0.5
    return {
        "weight": torch.full((width,), scale), "bias": torch.zeros(width),
        "running_mean": torch.zeros(width), "running_var": torch.ones(width),
    }  # fmt: skip


def _places(pair: WeightPair) -> Tensor:
    """Which of the outputs are there: all but for a depthwise convolution."""
    if pair.dimension == 0 and pair.places is not None:
        return pair.places
    return torch.arange(pair.supernet.shape[0])


def _copy_back(genotype: Genotype, reference: Network, flat: Network, host: Host) -> None:
    """The reference's weights to the flat network: `copy_weights` the other way round.

    Numbers are sent along the known way first, so that each weight of the reference says where it came from.
    """
    numbered = build_network(build_phenotype(genotype), host, seed=0).double()
    came = reference_network(genotype, host).double()
    start = 0
    for value in numbered.state_dict().values():
        if value.is_floating_point():
            value.copy_(torch.arange(start, start + value.numel(), dtype=torch.float64).view(value.shape))
            start += value.numel()
    copy_weights(genotype, numbered, came)
    everything = torch.zeros(start)
    numbers = came.state_dict()
    for name, value in reference.state_dict().items():
        if value.is_floating_point():
            everything[numbers[name].long().flatten()] = value.detach().float().flatten()
    start = 0
    for value in flat.state_dict().values():
        if value.is_floating_point():
            value.copy_(everything[start : start + value.numel()].view(value.shape))
            start += value.numel()
