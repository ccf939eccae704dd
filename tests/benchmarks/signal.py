"""`tests.benchmarks signal`: how much one training under a protocol says of its network, and what it costs.

Random networks of the search's own space are each trained several times; the intraclass correlation is the share of
the variance of single trainings that lies between networks. Below about 0.5 evolution chooses its parents by noise.
"""

import random
import time
from statistics import fmean
from typing import Any

from search.evolution.evaluation import Evaluate, Job, Runtime
from search.evolution.experiments.config import ExperimentConfig
from search.evolution.experiments.presets import preset
from search.evolution.experiments.protocol_keys import protocol_key, repeat_seed
from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.hashing import derive_seed
from search.evolution.networks.phenotype import Phenotype, build_phenotype
from search.evolution.statistics.ranks import spearman
from search.evolution.statistics.reliability import reliability
from search.evolution.strategies.feasibility import is_acceptable
from search.evolution.strategies.list_population import ListPopulation
from search.evolution.strategies.random_search import RandomSearch
from search.worker.attempts import load_trainer
from tests.benchmarks.trained import Say


def measure(*, names: list[str], networks: int, repeats: int, seed: int, say: Say) -> dict[str, Any]:
    """A row for the protocol of each preset."""
    trainer = load_trainer()  # with the threads that a worker has
    rows = [
        signal_of(
            preset(name).config, networks=networks, repeats=repeats, seed=seed, trainer=trainer, say=say
        )
        | {"protocol": name}
        for name in names
    ]
    return {"signal": [{"protocol": row.pop("protocol"), **row} for row in rows]}


def signal_of(
    config: ExperimentConfig, *, networks: int, repeats: int, seed: int, trainer: Evaluate, say: Say
) -> dict[str, Any]:
    """What single trainings under a search's protocol tell, over random networks of its space."""
    key = protocol_key(config.protocol)
    groups: list[list[float]] = []
    seconds: list[float] = []
    for genotype, phenotype in random_networks(config, networks, seed):
        group = []
        for repeat in range(repeats):
            began = time.process_time()
            drawn = repeat_seed(phenotype.key, key, repeat)
            job = Job(genotype, phenotype, config.protocol, repeat, drawn, runtime=Runtime(device="cpu"))
            result = trainer(job, progress=lambda _: None)
            seconds.append(time.process_time() - began)
            group.append(result.accuracy)
        groups.append(group)
        say(f"network {len(groups)} of {networks}: " + ", ".join(f"{100 * value:.1f} %" for value in group))
    return summary(groups, seconds)


def summary(groups: list[list[float]], seconds: list[float]) -> dict[str, Any]:
    """The table's row; accuracies in per cent."""
    found = reliability(groups)
    return {
        "networks": len(groups),
        "repeats": len(groups[0]),
        "intraclass correlation": found.correlation,
        "low": found.low,
        "high": found.high,
        "sd between networks": 100 * found.between,
        "noise": 100 * found.noise,
        "spearman": spearman([group[0] for group in groups], [group[1] for group in groups]),
        "mean %": 100 * fmean(map(fmean, groups)),
        "best %": 100 * max(map(fmean, groups)),
        "seconds": fmean(seconds),
    }


def random_networks(config: ExperimentConfig, count: int, seed: int) -> list[tuple[Genotype, Phenotype]]:
    """Different networks, each with the first genotype that built it, drawn as the initial ones of a search are."""
    strategy = RandomSearch(config.strategy, config.space, lambda genotype: is_acceptable(genotype, config))
    found: dict[str, tuple[Genotype, Phenotype]] = {}
    step = 0
    while len(found) < count:
        rng = random.Random(derive_seed("signal", seed, step))
        genotype = strategy.propose(ListPopulation(), rng, step).genotype
        phenotype = build_phenotype(genotype)
        found.setdefault(phenotype.key, (genotype, phenotype))
        step += 1
    return list(found.values())
