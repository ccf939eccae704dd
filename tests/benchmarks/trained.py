"""A small population trained to the end, every repeat with its learning curve: what rules are replayed on."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean

from search.evolution.evaluation import Evaluate, Job, Runtime
from search.evolution.experiments.config import ExperimentConfig, Protocol
from search.evolution.experiments.presets import QUICK_PROTOCOL
from search.evolution.experiments.protocol_keys import protocol_key, repeat_seed
from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.cost import network_cost
from search.evolution.networks.hashing import derive_seed
from search.evolution.networks.phenotype import build_phenotype
from search.evolution.strategies import make_strategy
from search.evolution.strategies.feasibility import is_acceptable
from search.evolution.strategies.list_population import ListPopulation
from search.worker.attempts import load_trainer

Say = Callable[[str], None]
SPACE = {"levels": [{"motifs": 4, "nodes": 3}, {"motifs": 1, "nodes": 3}]}
"""Small cells, so that enough of them are trained within minutes."""


@dataclass(frozen=True)
class Repeat:
    """One training."""

    scored: dict[int, float]
    """Step -> validation accuracy, where it was measured."""
    accuracy: float
    seconds: float
    """Of processor time."""


@dataclass(frozen=True)
class Network:
    parameters: int
    multiply_adds: int
    repeats: tuple[Repeat, ...]

    @property
    def fitness(self) -> float:
        return fmean(repeat.accuracy for repeat in self.repeats)


@dataclass(frozen=True)
class Trained:
    """Networks in the order in which they were first proposed."""

    protocol: Protocol
    tournament_fraction: float
    initial: int
    """So many are random, the rest evolved."""
    networks: tuple[Network, ...]
    proposals: tuple[int, ...]
    """Which network each step proposed: an equal one is proposed again."""


def train_population(*, networks: int, repeats: int, steps: int, say: Say) -> Trained:
    """Half random, half evolved from all before, one at a time, on handwritten digits."""
    fraction = 0.25
    config = ExperimentConfig.model_validate(
        {
            "space": SPACE,
            "strategy": {"initial_population": networks // 2, "tournament_fraction": fraction},
            "protocol": {
                **QUICK_PROTOCOL,
                "steps": steps,
                "repeats": repeats,
                "time_limit_seconds": 600,
            },
            "budget": {"individuals": networks},
            "seed": 1,
        }
    )
    trainer = load_trainer()  # with the threads that a worker has
    population, found = ListPopulation(), dict[str, int]()
    trained: list[Network] = []
    proposals: list[int] = []
    while len(trained) < networks:
        step = len(proposals)
        strategy = make_strategy(
            config.strategy, config.space, lambda genotype: is_acceptable(genotype, config)
        )
        rng = random.Random(derive_seed("proposal", config.seed, step))
        genotype = strategy.propose(population, rng, step).genotype
        phenotype = build_phenotype(genotype)
        if phenotype.key not in found:
            found[phenotype.key] = len(trained)
            trained.append(_train(genotype, config.protocol, trainer))
            say(f"network {len(trained)} of {networks}: {100 * trained[-1].fitness:.1f} %")
        network = trained[found[phenotype.key]]
        proposals.append(found[phenotype.key])
        population.add(genotype, network.fitness, step=step, parameters=network.parameters)
    return Trained(config.protocol, fraction, networks // 2, tuple(trained), tuple(proposals))


def _train(genotype: Genotype, protocol: Protocol, trainer: Evaluate) -> Network:
    phenotype = build_phenotype(genotype)
    cost = network_cost(phenotype, protocol.shape_host)
    repeats = []
    for repeat in range(protocol.repeats):
        began = time.process_time()
        seed = repeat_seed(phenotype.key, protocol_key(protocol), repeat)
        job = Job(genotype, phenotype, protocol, repeat, seed, runtime=Runtime(device="cpu"))
        result = trainer(job, progress=lambda _: None)
        scored = {
            point["step"]: point["validation_accuracy"]
            for point in result.curve
            if point["validation_accuracy"] is not None
        }
        repeats.append(Repeat(scored, result.accuracy, time.process_time() - began))
    return Network(cost.parameters, cost.multiply_adds, tuple(repeats))
