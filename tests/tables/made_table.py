"""A small benchmark table made without training: every accuracy is a function of the network, seed and budget."""

import hashlib
from functools import cache

from search.evolution.evaluation import instant_fitness
from search.evolution.experiments.config import Protocol
from search.evolution.genotypes.space import LevelShape, SearchSpace
from search.evolution.networks.phenotype import build_phenotype
from search.tables.plans import Part
from search.tables.table import BenchmarkTable
from search.tables.writing import TableContent, TrainingResult, table_bytes

SPACE = SearchSpace(
    levels=(LevelShape(motifs=2, nodes=3), LevelShape(motifs=1, nodes=3)), primitives=("sep3x3", "identity")
)
PART = Part("sep+identity", SPACE)
BUDGETS = (10, 20, 40)
SEEDS = 3


def noise(*what: object) -> float:
    """Between -0.01 and 0.01, always the same for the same."""
    digest = hashlib.sha256(repr(what).encode()).digest()
    return 0.02 * (int.from_bytes(digest[:4], "big") / 2**32 - 0.5)


def result_of(key: str, fitness: float, seed: int) -> TrainingResult:
    accuracy = []
    for budget in BUDGETS:
        reached = fitness * (1 - 1 / budget)
        validation = reached + noise(key, seed, budget, "validation")
        accuracy.append((reached + 0.02, validation, reached - 0.02 + noise(key, seed, budget, "test")))
    loss = tuple(1 - row[0] for row in accuracy)
    return TrainingResult(tuple(accuracy), loss, tuple(0.1 * budget for budget in BUDGETS))


def content(part: Part = PART) -> TableContent:
    results = {}
    for key, genotype in part.networks().items():
        fitness = instant_fitness(build_phenotype(genotype))
        for seed in range(SEEDS):
            results[key, seed] = result_of(key, fitness, seed)
    protocol = Protocol(channels=8, steps=BUDGETS[-1], repeats=SEEDS)
    proxies = {"made": {key: noise(key) for key in part.networks()}}
    return TableContent("made", "1.0", part, protocol, BUDGETS, results, proxies, {"hardware": "none"})


@cache
def made_bytes() -> bytes:
    return table_bytes(content())


@cache
def made_table() -> BenchmarkTable:
    return BenchmarkTable.read(made_bytes(), "made.npz")
