"""How far a child with inherited weights computes what its parent does, edit by edit: exact ones must, others say by
how much they do not. `python -m search.training.inheritance.checking EDITS SEED SPACE` prints one JSON line an edit.

A process of its own, because whoever asks must not load torch.
"""

import json
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import torch

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.mutation import Mutation, apply_mutation, draw_mutation, random_genotype
from search.evolution.genotypes.preserving_edits import (
    ADD_MOTIF,
    EDIT_KINDS,
    LARGER_MOTIF,
    LATER_KINDS,
    WIDENED,
    Edit,
    preserving_edits,
)
from search.evolution.genotypes.space import SPACES, SearchSpace
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Infeasible, build_phenotype
from search.training.inheritance.carrying import inherit
from search.training.network.hosts import Network, build_network

HOST = Host(channels=3, image_size=6, image_channels=1)
BATCH = 4
PARENTS = 60
"""At most so many are drawn until every kind has its edits; some spaces have no edit of some kind."""
TRIED = 40
"""Mutations of a parent that are drawn for edits that claim nothing."""
MUTATIONS = (15, 40, 150)
"""From the trivial genotype to a parent: near to it motifs are alike and nodes are narrow."""
REMOVED, POOLS = "remove an edge or a motif", "one pool to the other"
OTHER_WIDTH, OTHER = "identity to 1x1 or separable at another width", "any other operation or motif"
INEXACT = (REMOVED, POOLS, OTHER_WIDTH, OTHER)
EXACT = (*EDIT_KINDS, *LATER_KINDS)


@dataclass(frozen=True)
class EditComparison:
    """Of one edit."""

    parent: str
    """The genotype's text."""
    edit: str
    kind: str
    exact: bool
    """Whether it claims to keep what the network computes."""
    difference: float
    """Of the class scores in evaluation mode, relative to the largest."""


def compare_edits(
    space: SearchSpace, count: int, seed: int, report: Callable[[EditComparison], None]
) -> list[EditComparison]:
    """So many edits of each kind that the space has, of random parents, the exact kinds first."""
    rng, found = random.Random(seed), list[EditComparison]()
    wanted = dict.fromkeys(kinds_of(space), count)
    for parent in _parents(space, rng):
        by_kind = _edits(parent, rng)
        met = [kind for kind, missing in wanted.items() if missing and kind in by_kind]
        weights = parent_network(parent, seed) if met else None
        for kind in met:
            assert weights is not None
            wanted[kind] -= 1
            found.append(_compare(parent, weights, rng.choice(by_kind[kind]), seed))
            report(found[-1])
        if not any(wanted.values()):
            break
    return found


def kinds_of(space: SearchSpace) -> list[str]:
    """Those that a space can have: in a flat one no edge carries a motif."""
    flat = (ADD_MOTIF, LARGER_MOTIF) if space.top == 2 else ()
    return [kind for kind in (*EXACT, *INEXACT) if kind not in flat]


def parent_network(genotype: Genotype, seed: int) -> Network:
    """Random weights, and normalisations that have seen something; in evaluation mode."""
    network = build_network(build_phenotype(genotype), HOST, seed=seed)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for part in network.modules():
            if isinstance(part, torch.nn.BatchNorm2d):
                for value in (part.weight, part.bias, part.running_mean, part.running_var):
                    assert value is not None
                    value.add_(0.1 * torch.rand(value.shape, generator=generator))
    return network.eval()


def difference(parent: Genotype, weights: Network, child: Genotype, seed: int) -> float:
    """Between the scores of the parent and of the child that inherits its weights, relative to the largest."""
    network = build_network(build_phenotype(child), HOST, seed=seed + 1)
    inherit(parent, weights, child, network, HOST, seed)
    shape = (BATCH, HOST.image_channels, HOST.image_size, HOST.image_size)
    images = torch.randn(shape, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        before, after = weights(images), network.eval()(images)
    return float((before - after).abs().max() / before.abs().max())


def _compare(parent: Genotype, weights: Network, edit: Edit, seed: int) -> EditComparison:
    told = edit.mutation.describe(parent.space)
    found = difference(parent, weights, edit.applied(parent), seed)
    return EditComparison(parent.text, told, edit.kind, edit.kind in EXACT, found)


def _parents(space: SearchSpace, rng: random.Random) -> Iterator[Genotype]:
    for _ in range(PARENTS):
        genotype = random_genotype(space, rng, mutations=rng.choice(MUTATIONS))
        if _key(genotype):
            yield genotype


def _edits(parent: Genotype, rng: random.Random) -> dict[str, list[Edit]]:
    """By kind: those that claim exactness, and some others that make another network."""
    found: dict[str, list[Edit]] = {}
    key, claimed = _key(parent), preserving_edits(parent)
    for edit in claimed:
        if _key(edit.applied(parent)):  # a child may be too wide to train
            found.setdefault(edit.kind, []).append(edit)
    named = {edit.mutation for edit in claimed}
    for _ in range(TRIED):
        mutation = draw_mutation(parent, rng)
        if mutation.kind == "add" or mutation in named:
            continue
        if _key(apply_mutation(parent, mutation)) not in (key, ""):
            edit = Edit(_inexact_kind(parent.space, mutation), mutation)
            found.setdefault(edit.kind, []).append(edit)
    return found


def _inexact_kind(space: SearchSpace, mutation: Mutation) -> str:
    if mutation.kind == "remove":
        return REMOVED
    if mutation.level > 2:
        return OTHER
    names = (space.operation_name(2, mutation.old), space.operation_name(2, mutation.new))
    if names in WIDENED:
        return OTHER_WIDTH
    return POOLS if set(names) == {"max3x3", "avg3x3"} else OTHER


def _key(genotype: Genotype) -> str:
    """The phenotype key; empty where no network is built."""
    try:
        return build_phenotype(genotype).key
    except Infeasible:
        return ""


def say(row: EditComparison) -> None:
    sys.stdout.write(json.dumps(asdict(row)) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    # Many small tensors: threads would wait for each other.
    torch.set_num_threads(1)
    compare_edits(SPACES[sys.argv[3]], int(sys.argv[1]), int(sys.argv[2]), say)
