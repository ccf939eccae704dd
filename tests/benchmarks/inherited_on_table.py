"""The evaluator `inherit`, judged by a benchmark table: each network starts with the weights of a trained neighbour.

A sample of the table's networks; each has as its parent a network that differs on one edge and was trained as the
table's were, and is trained for a quarter of those steps more. Beside it the same quarter from scratch, which the
table holds.
"""

import random
from collections.abc import Mapping
from typing import Any

from search.evolution.evaluation import Context, Evaluated, Job
from search.evolution.experiments.config import Protocol
from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.hashing import derive_seed
from search.evolution.networks.phenotype import build_phenotype
from search.evolution.statistics.rank_intervals import kendall_interval
from search.tables.table import BenchmarkTable
from search.training import trainer
from search.training.inheritance.evaluator import evaluate
from tests.benchmarks.shared_weights import CPU, told
from tests.benchmarks.trained import Say


class Handed:
    """One network's weights, as an attempt finds those that are kept."""

    def __init__(self, weights: bytes) -> None:
        self._weights = weights

    def weights(self, **keys: Any) -> bytes:
        return self._weights

    def artifact(self, key: str) -> None:
        """None of shared trainings."""


def inherited(table: BenchmarkTable, networks: int, seed: int, *, say: Say) -> list[dict[str, Any]]:
    """Kendall's tau with mean test accuracy, of inherited weights and of trainings from scratch."""
    rng = random.Random(seed)
    rows = rng.sample(range(len(table)), min(networks, len(table)))
    scores = []
    for number, row in enumerate(rows, start=1):
        child = table.genotype(table.keys[row])
        parent = rng.choice(table.neighbours(child))
        scores.append(_child(table, parent, child, derive_seed("inherited", seed, row)))
        if number % 10 == 0:
            say(f"inherited: {number} of {len(rows)} networks")
    short, whole = table.budgets[0], table.budgets[-1]
    named: Mapping[str, list[float]] = {
        f"a neighbour's weights, {short} steps more": scores,
        f"from scratch, {short} steps": [table.accuracy_of(row, short, seed=0) for row in rows],
        f"from scratch, {whole} steps": [table.accuracy_of(row, whole, seed=0) for row in rows],
        "parameters": [float(table.parameters[row]) for row in rows],
    }
    truth = [float(table.test_accuracy[row]) for row in rows]
    return [
        {"method": name} | told(kendall_interval(values, truth, random.Random(0)))
        for name, values in named.items()
    ]


def _child(table: BenchmarkTable, parent: Genotype, child: Genotype, seed: int) -> float:
    """Validation accuracy, a fraction 0..1."""
    protocol = Protocol.model_validate(table.about["protocol"])
    trained: Evaluated = trainer.evaluate(
        Job(parent, build_phenotype(parent), protocol, 0, seed, runtime=CPU), progress=lambda _: None
    )
    short = protocol.model_copy(update={"steps": table.budgets[0]})
    document = {
        "parent": {
            "phenotype_key": build_phenotype(parent).key,
            "protocol_key": "",
            "context_key": "",
            "repeat": 0,
            "genotype": parent.to_json(),
        }
    }
    job = Job(child, build_phenotype(child), short, 0, seed + 1, Context("inherited", document), CPU)
    return evaluate(job, progress=lambda _: None, artifacts=Handed(trained.weights)).accuracy
