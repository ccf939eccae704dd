"""`tests.benchmarks shared --table NAME`: the methods of shared training, judged by a benchmark table.

Each method trains supernets on the table's own space, images and host. Its scores of a sample of the table's networks
are compared with their mean test accuracy (Kendall's tau), and the network that it derives by its regret, beside random
search that spends as many seconds of the same processor on trainings of the table. Nothing is trained from scratch
but a few of the table's networks, which tell how fast this machine is beside the one that made the table.
"""

import random
from argparse import Namespace
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from search.evolution.artifacts import ArtifactJob, artifact_key
from search.evolution.evaluation import Job
from search.evolution.experiments.config import Protocol
from search.evolution.experiments.evaluators import FROM_SCRATCH
from search.evolution.experiments.protocol_keys import protocol_key, repeat_seed
from search.evolution.experiments.shared_trainings import shared_training
from search.evolution.networks.phenotype import build_phenotype
from search.evolution.statistics.rank_intervals import kendall_interval
from search.tables.library import load_table
from search.tables.table import SPLITS, BenchmarkTable
from search.training import table_trainer
from search.training.supernets.entry import train
from tests.benchmarks.inherited_on_table import inherited
from tests.benchmarks.kept_supernets import Kept, Standing, Trained
from tests.benchmarks.shared_weights import CPU, EPOCHS, GATE_LEARNING_RATE, WAYS, scored, told
from tests.benchmarks.trained import Say

NETWORKS, STEPS = 200, 2000
"""Of the table that are scored, and steps of each supernet, unless the command says otherwise."""
ORDERS = 2000
"""Random searches that are simulated beside each derived network."""
TIMED = 3
"""Of the table's networks trained before each supernet, and after it: other work slows a processor by the minute."""
Floats = npt.NDArray[np.float64]
VALIDATION = SPLITS.index("validation")


def measure(options: Namespace, *, say: Say) -> dict[str, Any]:
    """A row for each supernet, one for plain parameters, and one for what a single training tells."""
    torch.set_num_threads(1)  # as the table's trainings had
    table = load_table(options.table)
    rows = sorted(
        random.Random(options.seed).sample(range(len(table)), min(options.networks or NETWORKS, len(table)))
    )
    kept = Kept(options.file)
    supernets = []
    for seed in range(options.seed, options.seed + options.supernets):
        for way in options.method or WAYS:
            supernets.append(_supernet(table, rows, way, seed, options.shared_steps or STEPS, kept))
            say(f"{way}, seed {seed}: {supernets[-1].seconds:.0f} s")
    accuracy = table.test_accuracy
    facts = table.facts
    apart = (
        {"inherited": inherited(table, options.inherited, options.seed, say=say)} if options.inherited else {}
    )
    return apart | {
        "table": [
            {
                "name": f"{facts.name} {facts.version}",
                "networks": len(table),
                "scored": len(rows),
                "best, %": 100 * float(accuracy.max()),
                "median, %": 100 * float(np.median(accuracy)),
                "a random network's regret, %": 100 * float(accuracy.max() - _by_genotypes(table)),
            }
        ],
        "ranked by": [*_yardsticks(table, rows), *(_tau(row, table, rows) for row in supernets)],
        "derived": [_regret(row, table) for row in supernets],
        "means": _means(supernets, table, rows),
    }


def document(table: BenchmarkTable, way: str, steps: int) -> dict[str, Any]:
    """The shared training of that method on the table's space under its protocol."""
    changed = {
        "steps": steps,
        "repeats": 1,
        "evaluator": FROM_SCRATCH.model_dump(mode="json"),
        "time_limit_seconds": 604_800,
    }
    return WAYS[way] | {
        "space": table.about["space"],
        "protocol": table.about["protocol"] | changed,
        "epochs": min(EPOCHS, steps),
        "gate_learning_rate": GATE_LEARNING_RATE,
    }


def _supernet(table: BenchmarkTable, rows: list[int], way: str, seed: int, steps: int, kept: Kept) -> Trained:
    """From the file, or trained now."""
    config = shared_training(document(table, way, steps))
    about = {"document": config.to_json(), "seed": seed, "table": table.facts.sha256, "scored": rows}
    key = artifact_key(about)
    if key not in kept.found:
        before = slowness(table, seed)
        standing = Standing(kept.state(key))
        job = ArtifactJob(config.to_json(), seed, CPU)
        found = train(job, progress=lambda _: None, checkpoint=standing)
        seconds = standing.seconds
        factor = (before + slowness(table, seed + 1)) / 2
        scores = scored(found.content, [table.genotype(table.keys[row]) for row in rows])
        by_key = {table.keys[row]: score for row, score in zip(rows, scores, strict=True)}
        kept.add(key, Trained(way, seed, seconds, factor, found.result["derived"], by_key))
        standing.remove()
    return kept.found[key]


def slowness(table: BenchmarkTable, seed: int) -> float:
    """This processor's seconds beside the stored ones, over some of the table's trainings made again."""
    protocol = Protocol.model_validate(table.about["protocol"])
    name = protocol_key(protocol)
    here = stored = 0.0
    for row in random.Random(seed).sample(range(len(table)), min(TIMED, len(table))):
        genotype = table.genotype(table.keys[row])
        job = Job(
            genotype,
            build_phenotype(genotype),
            protocol,
            0,
            repeat_seed(table.keys[row], name, 0),
            runtime=CPU,
        )
        here += table_trainer.train(job, progress=lambda _: None).seconds
        stored += table.seconds_of(row, table.budgets[-1], seed="mean")
    return here / stored


def random_search(table: BenchmarkTable, seconds: float, *, seed: int, orders: int = ORDERS) -> Floats:
    """Regrets [orders] of random searches that spend so many of the table's seconds, at least one training each.

    Genotypes are drawn alike, so a network comes the sooner the more genotypes build it; a known one costs nothing. A
    search returns what has the best validation accuracy of one training.
    """
    rng = np.random.default_rng(seed)
    weights, accuracy = table.genotype_counts, table.test_accuracy
    regrets = np.empty(orders)
    for number in range(orders):
        # Exponential waiting times put networks into the order of their first draws.
        order = np.argsort(rng.exponential(size=len(table)) / weights)
        training = rng.integers(table.seeds, size=len(table))
        spent = np.cumsum(table.seconds[order, training, -1], dtype=np.float64)
        tried = max(1, int(np.searchsorted(spent, seconds, side="right")))
        seen = table.accuracy[order[:tried], training[:tried], -1, VALIDATION]
        regrets[number] = accuracy.max() - accuracy[order[int(np.argmax(seen))]]
    return regrets


def _by_genotypes(table: BenchmarkTable) -> float:
    """Mean test accuracy of a genotype drawn at random."""
    return float(np.average(table.test_accuracy, weights=table.genotype_counts))


def _correlated(values: list[float], table: BenchmarkTable, rows: list[int]) -> dict[str, Any]:
    truth = [float(table.test_accuracy[row]) for row in rows]
    return told(kendall_interval(values, truth, random.Random(0)))


def _yardsticks(table: BenchmarkTable, rows: list[int]) -> list[dict[str, Any]]:
    """Parameters, and the validation accuracy of one training, which is itself one of those that the mean is of."""
    sizes = [float(table.parameters[row]) for row in rows]
    one = [table.accuracy_of(row, table.budgets[-1], seed=0) for row in rows]
    return [
        {"method": "parameters", "seed": None} | _correlated(sizes, table, rows),
        {"method": "one training from scratch", "seed": None} | _correlated(one, table, rows),
    ]


def _tau(supernet: Trained, table: BenchmarkTable, rows: list[int]) -> dict[str, Any]:
    scores = [supernet.scores[table.keys[row]] for row in rows]
    return {"method": supernet.way, "seed": supernet.seed} | _correlated(scores, table, rows)


def _regret(supernet: Trained, table: BenchmarkTable) -> dict[str, Any]:
    """Its derived network, and random search of equal seconds: the mean, the middle 95 %, and how many were better."""
    regret = table.regret(supernet.derived)
    seconds = supernet.seconds / supernet.slowness
    found = random_search(table, seconds, seed=supernet.seed)
    low, high = np.quantile(100 * found, (0.025, 0.975))
    error = 100 * float(found.std()) / len(found) ** 0.5
    return {
        "method": supernet.way,
        "seed": supernet.seed,
        "regret, %": 100 * regret,
        "random search, %": f"{100 * found.mean():.2f} ± {1.96 * error:.2f}",
        "95 % of them": f"{low:.2f} to {high:.2f}",
        "better, %": 100 * float((found < regret - 1e-9).mean()),
        "seconds": supernet.seconds,
        "the table's": seconds,
        "trainings": seconds / float(table.seconds[:, :, -1].mean()),
    }


def _means(supernets: list[Trained], table: BenchmarkTable, rows: list[int]) -> list[dict[str, Any]]:
    """Over the supernets of each method."""
    found = []
    for way in dict.fromkeys(row.way for row in supernets):
        mine = [row for row in supernets if row.way == way]
        pooled = [fmean(row.scores[table.keys[place]] for row in mine) for place in rows]
        found.append(
            {
                "method": way,
                "supernets": len(mine),
                "tau of their mean scores": _correlated(pooled, table, rows)["tau"],
                "mean regret, %": 100 * fmean(table.regret(row.derived) for row in mine),
            }
        )
    return found
