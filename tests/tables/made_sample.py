"""A small sample of the paper's space made without training: accuracy is a known function of the network, and the noise
of a weak network is three times that of a strong one."""

import random
from functools import cache
from pathlib import Path
from typing import Any

from search.evolution.evaluation import instant_fitness
from search.evolution.experiments.config import Protocol
from search.evolution.genotypes.space import search_space
from search.evolution.networks.hashing import derive_seed
from search.evolution.networks.phenotype import build_phenotype
from search.tables import reports
from search.tables.plans import Part
from search.tables.table import BenchmarkTable
from search.tables.writing import TableContent, TrainingResult, table_bytes

NETWORKS = 200
PART = Part("hierarchical", search_space("hierarchical"), sample=NETWORKS)
BUDGETS = (10, 20, 40)
NAME = "made-sample"
ON_SURROGATE = {"channels": 8, "steps": BUDGETS[-1], "evaluator": {"kind": "surrogate", "sample": NAME}}
DOCUMENT: dict[str, Any] = {
    "space": "hierarchical",
    "strategy": {"kind": "evolution", "initial_population": 5, "initial_mutations": 50},
    "protocol": ON_SURROGATE,
    "budget": {"individuals": 15, "in_flight": 1},
}
"""An experiment on its surrogate."""


def planted(key_fitness: float, budget: int) -> float:
    """The true mean validation accuracy after so many steps."""
    return key_fitness * (1 - 1 / budget)


def planted_noise(accuracy: float) -> float:
    """Standard deviation of one training's accuracies."""
    return 0.03 if accuracy < 0.6 else 0.01


def _result(key: str, fitness: float, seed: int) -> TrainingResult:
    luck = random.Random(derive_seed(key, seed)).gauss(0, planted_noise(fitness))
    rows = []
    for budget in BUDGETS:
        validation = min(1.0, max(0.0, planted(fitness, budget) + luck))
        rows.append((min(1.0, validation + 0.02), validation, max(0.0, validation - 0.02)))
    return TrainingResult(tuple(rows), (1.0, 0.8, 0.6), tuple((1 + fitness) * budget for budget in BUDGETS))


@cache
def sample_bytes(seeds: int = 2) -> bytes:
    results = {}
    for key, genotype in PART.networks().items():
        fitness = instant_fitness(build_phenotype(genotype))
        for seed in range(seeds):
            results[key, seed] = _result(key, fitness, seed)
    protocol = Protocol(channels=8, steps=BUDGETS[-1], repeats=seeds)
    return table_bytes(TableContent(NAME, "0.1", PART, protocol, BUDGETS, results, {}, {"hardware": "none"}))


@cache
def made_sample(seeds: int = 2) -> BenchmarkTable:
    return BenchmarkTable.read(sample_bytes(seeds), "made-sample.npz")


def write_sample(folder: Path) -> None:
    """Where a folder of tables has its samples."""
    (folder / reports.SAMPLES).mkdir()
    (folder / reports.SAMPLES / f"{NAME}.npz").write_bytes(sample_bytes())
