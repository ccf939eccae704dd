"""A small population trained to the end, every repeat with its learning curve: what rules are replayed on."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean

from search.attempts import load_trainer
from search.evolution.config import (
    ExperimentConfig,
    Protocol,
    derive_seed,
    protocol_key,
    repeat_seed,
)
from search.evolution.cost import network_cost
from search.evolution.evaluation import Trainer
from search.evolution.feasibility import is_acceptable
from search.evolution.list_population import ListPopulation
from search.evolution.phenotype import Phenotype, build_phenotype
from search.evolution.presets import QUICK_PROTOCOL
from search.evolution.strategies import make_strategy

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
    config = ExperimentConfig.model_validate(
        {
            "space": SPACE,
            "strategy": {"initial_population": networks // 2, "tournament_fraction": 0.25},
            "protocol": {
                **QUICK_PROTOCOL,
                "steps": steps,
                "learning_rate_drops": [round(0.75 * steps)],
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
            trained.append(_train(phenotype, config.protocol, trainer))
            say(f"network {len(trained)} of {networks}: {100 * trained[-1].fitness:.1f} %")
        network = trained[found[phenotype.key]]
        proposals.append(found[phenotype.key])
        population.add(genotype, network.fitness, step=step, parameters=network.parameters)
    return Trained(
        config.protocol, config.strategy.tournament_fraction, networks // 2, tuple(trained), tuple(proposals)
    )


def _train(phenotype: Phenotype, protocol: Protocol, trainer: Trainer) -> Network:
    cost = network_cost(phenotype, protocol.shape_host)
    repeats = []
    for repeat in range(protocol.repeats):
        began = time.process_time()
        result = trainer(
            phenotype,
            protocol,
            repeat=repeat,
            seed=repeat_seed(phenotype.key, protocol_key(protocol), repeat),
            progress=lambda _: None,
            device="cpu",
        )
        scored = {
            point["step"]: point["validation_accuracy"]
            for point in result.curve
            if point["validation_accuracy"] is not None
        }
        repeats.append(Repeat(scored, result.accuracy, time.process_time() - began))
    return Network(cost.parameters, cost.multiply_adds, tuple(repeats))
