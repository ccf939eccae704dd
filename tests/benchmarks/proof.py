"""`tests.benchmarks proof`: does a preset's search find better networks, and better ones than random search?

For each seed the preset's search and a random search of as many trainings run in this process, one training at a
time. The best of the whole search, the best of its initial population and random search's best are then trained
afresh with seeds that no search has used: what a search reports of its own best is that network's luck as well.
"""

import json
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import fmean
from typing import Any

from nasweb.client.commands.shared_options import overrides
from search.api.creation import merged
from search.evolution.evaluation import Evaluate, Job, Runtime
from search.evolution.experiments.config import ExperimentConfig
from search.evolution.experiments.presets import PRESETS, preset
from search.evolution.experiments.protocol_keys import protocol_key, repeat_seed
from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.cost import network_cost
from search.evolution.networks.hashing import derive_seed
from search.evolution.networks.phenotype import build_phenotype
from search.evolution.statistics.samples import Sample
from search.evolution.statistics.student import two_sided
from search.evolution.strategies import make_strategy
from search.evolution.strategies.feasibility import is_acceptable
from search.evolution.strategies.list_population import ListPopulation
from search.evolution.strategies.random_search import RandomSearch
from search.worker.attempts import load_trainer
from tests.benchmarks.trained import Say

FRESH = 1000
"""The first repeat of a training afresh: no search counts so far."""


def add_options(parser: ArgumentParser) -> None:
    """Of its command."""
    parser.add_argument("--preset", default="quick", choices=PRESETS, help="whose search (default quick)")
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="changed in it")
    parser.add_argument("--seeds", type=int, default=10, help="searches of each kind (default 10)")
    parser.add_argument("--repeats", type=int, default=5, help="trainings afresh of each best (default 5)")
    parser.add_argument("--file", type=Path, help="keeps every training, so that a later run goes on")


def command(options: Namespace, *, say: Say) -> dict[str, Any]:
    """`measure` as the command line says."""
    base = preset(options.preset).config.model_dump(mode="json")
    return measure(
        ExperimentConfig.model_validate(merged(base, overrides(options.set))),
        seeds=options.seeds,
        repeats=options.repeats,
        trainer=load_trainer(),
        path=options.file,
        say=say,
    )


@dataclass
class Trainings:
    """Every training made so far, in a file that a later run goes on from."""

    config: ExperimentConfig
    trainer: Evaluate
    path: Path | None = None
    known: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    """Processor time of the trainings of this run."""

    def __post_init__(self) -> None:
        self.key = protocol_key(self.config.protocol)
        if self.path is not None and self.path.exists():
            self.known = dict(json.loads(line) for line in self.path.read_text().splitlines())

    def accuracy(self, genotype: Genotype, repeat: int) -> float:
        """Of one training on the validation images, 0..1; equal networks share theirs."""
        phenotype = build_phenotype(genotype)
        name = f"{self.key} {phenotype.key} {repeat}"
        if name not in self.known:
            began = time.process_time()
            seed = repeat_seed(phenotype.key, self.key, repeat)
            job = Job(genotype, phenotype, self.config.protocol, repeat, seed, runtime=Runtime(device="cpu"))
            self.known[name] = self.trainer(job, progress=lambda _: None).accuracy
            self.seconds += time.process_time() - began
            if self.path is not None:
                with self.path.open("a") as file:
                    file.write(json.dumps([name, self.known[name]]) + "\n")
        return self.known[name]

    def afresh(self, genotype: Genotype, repeats: int) -> float:
        """The mean of trainings with seeds of their own."""
        return fmean(self.accuracy(genotype, FRESH + number) for number in range(repeats))


@dataclass(frozen=True)
class Outcome:
    """What one seed came to: accuracies of trainings afresh, but for `reported`."""

    seed: int
    initial: float
    """The best of the initial population."""
    best: float
    """The best of the whole search."""
    random: float
    """Random search's best."""
    reported: float
    """What the search saw of its best: the fitness that made it the best."""
    mean_initial: float
    mean_later: float
    """Mean fitness of the initial individuals, and of those after them, as the search saw them."""
    trainings: int
    """That each of both searches asked for."""


def measure(
    config: ExperimentConfig, *, seeds: int, repeats: int, trainer: Evaluate, path: Path | None, say: Say
) -> dict[str, Any]:
    """A row for each seed, and what they say together."""
    trainings = Trainings(config, trainer, path)
    outcomes = []
    for seed in range(1, seeds + 1):
        outcome = run_seed(trainings, seed, repeats)
        say(
            f"seed {seed}: initial {100 * outcome.initial:.2f} %, best {100 * outcome.best:.2f} %, "
            f"random search {100 * outcome.random:.2f} %"
        )
        outcomes.append(outcome)
    return {"seeds": [_row(outcome) for outcome in outcomes], **summary(outcomes)}


def run_seed(trainings: Trainings, seed: int, repeats: int) -> Outcome:
    """The search of one seed, random search beside it, and their best trained afresh."""
    config = trainings.config
    accept: Callable[[Genotype], bool] = lambda genotype: is_acceptable(genotype, config)  # noqa: E731
    searched = _Search(trainings, make_strategy(config.strategy, config.space, accept), seed)
    for _ in range(config.budget.individuals):
        searched.step()
    by_chance = _Search(trainings, RandomSearch(config.strategy, config.space, accept), seed)
    while by_chance.made < searched.made:
        by_chance.step()
    first = config.strategy.initial_population
    fitness = [searched.fitness(key) for key in searched.keys]
    initial = searched.best(searched.keys[:first])
    bests = [initial, searched.best(searched.keys), by_chance.best(by_chance.keys)]
    afresh = [trainings.afresh(genotype, repeats) for genotype in bests]
    return Outcome(
        seed=seed,
        initial=afresh[0],
        best=afresh[1],
        random=afresh[2],
        reported=max(fitness),
        mean_initial=fmean(fitness[:first]),
        mean_later=fmean(fitness[first:]),
        trainings=searched.made,
    )


class _Search:
    """A search in this process. Its rules for repeats are the product's (docs/methods.md B8, `first_repeats`): one more
    for a network that is proposed again, and for the leader until it has all."""

    def __init__(self, trainings: Trainings, strategy: Any, seed: int) -> None:
        config = trainings.config
        self.trainings, self.strategy = trainings, strategy
        self.rng = Random(derive_seed("proof", "search", seed))  # all searches of a seed begin alike
        self.first, self.most = (
            config.decisions.first_repeats or config.protocol.repeats,
            config.protocol.repeats,
        )
        self.keys: list[str] = []
        """The network of each individual."""
        self.genotypes: dict[str, Genotype] = {}
        self.parameters: dict[str, int] = {}
        self.found: dict[str, list[float]] = {}
        """Accuracies of each network's trainings."""
        self.made = 0
        """Trainings that this search asked for."""

    def step(self) -> None:
        """One individual, and what the leader wants."""
        genotype = self.strategy.propose(self._population(), self.rng, len(self.keys)).genotype
        phenotype = build_phenotype(genotype)
        key = phenotype.key
        self.keys.append(key)
        if key not in self.genotypes:
            self.genotypes[key] = genotype
            self.parameters[key] = network_cost(
                phenotype, self.trainings.config.protocol.shape_host
            ).parameters
        self._train(key, 1 if key in self.found else self.first)
        while len(self.found[leader := self._leader(self.keys)]) < self.most:
            self._train(leader, 1)

    def fitness(self, key: str) -> float:
        return fmean(self.found[key])

    def best(self, keys: list[str]) -> Genotype:
        return self.genotypes[self._leader(keys)]

    def _leader(self, keys: list[str]) -> str:
        return max(keys, key=self.fitness)

    def _train(self, key: str, more: int) -> None:
        found = self.found.setdefault(key, [])
        for repeat in range(len(found), min(self.most, len(found) + more)):
            found.append(self.trainings.accuracy(self.genotypes[key], repeat))
            self.made += 1

    def _population(self) -> ListPopulation:
        population = ListPopulation()
        for step, key in enumerate(self.keys):
            parameters = self.parameters[key]
            population.add(self.genotypes[key], self.fitness(key), step=step, parameters=parameters)
        return population


def summary(outcomes: list[Outcome]) -> dict[str, Any]:
    """How often the search rose, by how much, and what it has over random search; differences in points."""
    rises = [100 * (outcome.best - outcome.initial) for outcome in outcomes]
    leads = [100 * (outcome.best - outcome.random) for outcome in outcomes]
    return {
        "rose in": f"{sum(rise > 0 for rise in rises)} of {len(rises)} seeds",
        "rise": _paired(rises),
        "lead over random search": _paired(leads),
        "lost when trained afresh": round(100 * fmean(row.reported - row.best for row in outcomes), 2),
    }


def _paired(differences: list[float]) -> dict[str, float]:
    """Mean, its standard error and the two-sided p of Student's paired test."""
    sample = Sample.of(*differences)
    mean, count = fmean(differences), sample.count
    error = ((sample.variance or 0.0) / count) ** 0.5
    chance = two_sided(mean / error, count - 1) if error and count > 1 else 1.0
    return {"points": round(mean, 2), "error": round(error, 2), "p": round(chance, 5)}


def _row(outcome: Outcome) -> dict[str, Any]:
    return {
        "seed": outcome.seed,
        "best initial %": 100 * outcome.initial,
        "best %": 100 * outcome.best,
        "random search %": 100 * outcome.random,
        "reported %": 100 * outcome.reported,
        "mean initial %": 100 * outcome.mean_initial,
        "mean later %": 100 * outcome.mean_later,
        "trainings": outcome.trainings,
    }
