"""Random genotypes, and other spellings of the same network."""

import random

from search.evolution.experiments.config import ExperimentConfig, experiment_config
from search.evolution.genotypes.genotype import Genotype, Motif
from search.evolution.genotypes.mutation import random_genotype
from search.evolution.strategies.feasibility import is_acceptable

SPACES = (
    "hierarchical",
    "flat",
    {"levels": [{"motifs": 3, "nodes": 3}, {"motifs": 2, "nodes": 4}, {"motifs": 1, "nodes": 4}]},
    {"levels": [{"motifs": 6, "nodes": 3}, {"motifs": 2, "nodes": 4}], "reduction_cell": True},
)


def of_space(space: object) -> ExperimentConfig:
    return experiment_config({"space": space})


def some(space: object, count: int, seed: int = 0) -> list[Genotype]:
    """Feasible ones, half of them sparse."""
    rng, config = random.Random(f"{seed}"), of_space(space)
    found: list[Genotype] = []
    while len(found) < count:
        genotype = random_genotype(config.space, rng, mutations=rng.choice((30, 400)))
        if is_acceptable(genotype, config):
            found.append(genotype)
    return found


def renamed(genotype: Genotype, rng: random.Random) -> Genotype:
    """Motifs in other slots, inner nodes in another order that the edges allow."""
    levels = [list(motifs) for motifs in genotype.levels]
    for index in range(len(levels)):
        levels[index] = [_nodes_renamed(motif, rng) for motif in levels[index]]
        if index + 1 < len(levels):
            slots = rng.sample(range(len(levels[index])), len(levels[index]))
            levels[index] = [levels[index][slot] for slot in slots]
            new = {0: 0} | {slot + 1: place + 1 for place, slot in enumerate(slots)}
            levels[index + 1] = [
                tuple(tuple(new[op] for op in row) for row in motif) for motif in levels[index + 1]
            ]
    return Genotype(genotype.space, tuple(map(tuple, levels)))


def _nodes_renamed(motif: Motif, rng: random.Random) -> Motif:
    last = len(motif) + 1
    edges = [
        (to, of, op) for to, row in enumerate(motif, start=2) for of, op in enumerate(row, start=1) if op
    ]
    left, order = set(range(2, last)), [1]
    while left:
        ready = [node for node in left if not any(to == node and of in left for to, of, _ in edges)]
        order.append(rng.choice(sorted(ready)))
        left.remove(order[-1])
    new = {node: place for place, node in enumerate([*order, last], start=1)}
    rows = [[0] * node for node in range(1, last)]
    for to, of, op in edges:
        rows[new[to] - 2][new[of] - 1] = op
    return tuple(map(tuple, rows))
