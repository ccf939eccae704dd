"""The surrogate itself: what a `BenchmarkTable` says of a small space's networks, predicted for those of a large one.

Fitted on a sample of trained networks when it is first used in a process; nothing that was fitted is kept in a file.
Each accuracy is predicted by gradient boosting on its own (`boosting`), the noise of a training is drawn (`noise`).
What it says of a network is a prediction even where the sample holds that network, so that all it says is alike.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from search.evolution.experiments.config import Protocol
from search.evolution.genotypes.genotype import Genotype, parse_genotype
from search.evolution.networks.hashing import derive_seed
from search.evolution.networks.phenotype import Infeasible, Phenotype, build_phenotype, builds_network
from search.learning.tabular.boosting import Floats, boosted, held_out
from search.tables.correlations import Correlation, correlation
from search.tables.features import network_features
from search.tables.library import sample_path
from search.tables.noise import NoiseModel, deviations_of, fitted_noise
from search.tables.table import (
    SPLITS,
    BenchmarkTable,
    Charged,
    OutOfDomain,
    Seed,
    Split,
    one_edge_changes,
    split_named,
)

REMEMBERED = 2048
"""Networks whose features are kept, about ten kilobytes each with the network itself, and as many predictions."""
SECONDS = "seconds"
OTHER_SPACE = "genotype {text} is of another space than surrogate {name}, which knows {space}"


@dataclass(frozen=True)
class SurrogateFacts:
    """What a surrogate is, for people."""

    name: str
    version: str
    surrogate: bool
    """True: what it says is predicted, not trained."""
    networks: int
    """Of the sample that it is fitted on."""
    seeds: int
    """Trainings of each of them."""
    budgets: tuple[int, ...]
    licence: str
    sha256: str
    """Of the sample's file."""
    noise_from: str
    held_out: Correlation
    """Spearman's, of predicted and measured validation accuracy, each network predicted by a model that has not seen
    it."""


class Surrogate:
    """Predictions under a table's interface: `query`, `simulate`, `canonical`, `neighbours`, `regret`."""

    def __init__(self, sample: BenchmarkTable) -> None:
        self.sample = sample
        self.space, self.budgets, self.about = sample.space, sample.budgets, sample.about
        self.name: str = sample.about["name"]
        self.host = Protocol.model_validate(sample.about["protocol"]).shape_host
        self._models: dict[str, Any] = {}
        self._features = lru_cache(maxsize=REMEMBERED)(self._features_of)
        self._predicted = lru_cache(maxsize=REMEMBERED)(self._predicted_by)

    @cached_property
    def x(self) -> Floats:
        """[network, feature] of the sample."""
        sample = self.sample
        return np.array([self._features_of(build_phenotype(sample.genotype(key))) for key in sample.keys])

    def measured(self, budget: int, split: Split = "validation") -> Floats:
        """[network] of the sample: the mean over its trainings."""
        values = self.sample.accuracy[:, :, self.sample.budget_place(budget), SPLITS.index(split)]
        means: Floats = values.mean(axis=1, dtype=np.float64)
        return means

    @cached_property
    def held_out(self) -> Floats:
        """[network] of the sample: validation accuracy after the whole training, by models that have not seen it."""
        return held_out(self.x, self.measured(self.budgets[-1]))

    @cached_property
    def noise(self) -> NoiseModel:
        """Of one training, over all budgets and splits."""
        values = self.sample.accuracy.astype(np.float64)
        networks, seeds, budgets, splits = values.shape
        level = self.measured(self.budgets[-1])
        columns = values.reshape(networks, seeds, budgets * splits)
        if seeds > 1:
            return fitted_noise(np.repeat(level, seeds), deviations_of(columns))
        # A single training does not part noise from error: what the model misses is taken for noise, which is too much,
        # and for the noise of every column.
        missed = (level - self.held_out)[:, None]
        return fitted_noise(level, np.repeat(missed, budgets * splits, axis=1))

    @property
    def noise_from(self) -> str:
        """Where the noise was read off."""
        return (
            "networks trained more than once"
            if self.sample.seeds > 1
            else "what held-out predictions miss: too much, for the model's own errors are in it"
        )

    @property
    def facts(self) -> SurrogateFacts:
        facts = self.sample.facts
        return SurrogateFacts(
            name=facts.name,
            version=facts.version,
            surrogate=True,
            networks=facts.networks,
            seeds=facts.seeds,
            budgets=facts.budgets,
            licence=facts.licence,
            sha256=facts.sha256,
            noise_from=self.noise_from,
            held_out=correlation(self.held_out, self.measured(self.budgets[-1])),
        )

    def check_space(self, genotype: Genotype) -> None:
        """Raises OutOfDomain for one of another space; a limit on parameters makes no other space of it."""
        own, other = self.space, genotype.space
        if (own.levels, own.primitives) != (other.levels, other.primitives):
            raise OutOfDomain(
                OTHER_SPACE.format(text=genotype.text, name=self.name, space=self.about["space_text"])
            )

    def phenotype(self, genotype: Genotype | str) -> Phenotype:
        """The network of a genotype (or its text). Raises OutOfDomain for another space, and for none."""
        if isinstance(genotype, str):
            genotype = parse_genotype(genotype)
        self.check_space(genotype)
        try:
            return build_phenotype(genotype)
        except Infeasible as error:
            raise OutOfDomain(f"genotype {genotype.text} builds no network: {error}") from None

    def canonical(self, genotype: Genotype | str) -> str:
        """The key of the network that a genotype builds. Raises OutOfDomain."""
        return self.phenotype(genotype).key

    def query(
        self, genotype: Genotype | str, budget: int, split: Split = "validation", *, seed: Seed
    ) -> float:
        """Predicted accuracy, a fraction 0..1, after `budget` steps: the mean of all trainings with seed="mean", or
        one with the noise that its number draws. Raises OutOfDomain.
        """
        return self.accuracy_of(self.phenotype(genotype), budget, split, seed=seed)

    def accuracy_of(
        self, phenotype: Phenotype, budget: int, split: Split = "validation", *, seed: Seed
    ) -> float:
        """`query` for a network."""
        place = self.column(budget, split)
        mean = self._predicted(phenotype, f"{split} {budget}")
        if seed == "mean":
            return mean
        if type(seed) is not int or seed < 0:
            raise OutOfDomain(f'seed {seed!r}: use 0, 1, 2, ... or "mean"')
        level = self._predicted(phenotype, f"validation {self.budgets[-1]}")
        drawn = self.noise.draw(level, derive_seed("surrogate", phenotype.key, seed))
        return min(1.0, max(0.0, mean + float(drawn[place])))

    def column(self, budget: int, split: Split) -> int:
        """The place of that accuracy among the columns of the noise. Raises OutOfDomain."""
        return self.sample.budget_place(budget) * len(SPLITS) + SPLITS.index(split_named(split))

    def seconds_of(self, phenotype: Phenotype, budget: int) -> float:
        """What a processor is predicted to take for a training of so many steps."""
        return float(np.exp(self._predicted(phenotype, f"{SECONDS} {budget}")))

    def simulate(self, genotype: Genotype | str, clock: float, *, budget: int, seed: int) -> Charged:
        """The validation accuracy of one training, and the clock set on by the seconds that it would take."""
        phenotype = self.phenotype(genotype)
        accuracy = self.accuracy_of(phenotype, budget, seed=seed)
        return Charged(accuracy, clock + self.seconds_of(phenotype, budget))

    def regret(self, genotype: Genotype | str) -> float:
        """How far its predicted test accuracy lies below the best of the sample's predictions; negative above it.

        The best network of so large a space is not known.
        """
        return self.best_predicted - self.query(genotype, self.budgets[-1], "test", seed="mean")

    @cached_property
    def best_predicted(self) -> float:
        """The highest predicted mean test accuracy among the sample's networks."""
        return float(self._model(f"test {self.budgets[-1]}").predict(self.x).max())

    def neighbours(self, genotype: Genotype | str) -> tuple[Genotype, ...]:
        """The genotypes that differ from it on one edge and build a network."""
        if isinstance(genotype, str):
            genotype = parse_genotype(genotype)
        self.phenotype(genotype)
        return tuple(row for row in one_edge_changes(genotype) if builds_network(row))

    def _features_of(self, phenotype: Phenotype) -> Floats:
        return network_features(phenotype, self.space, self.host)

    def _predicted_by(self, phenotype: Phenotype, column: str) -> float:
        value = float(self._model(column).predict(self._features(phenotype)[None])[0])
        return value if column.startswith(SECONDS) else min(1.0, max(0.0, value))

    def _model(self, column: str) -> Any:
        """Of "SPLIT BUDGET" or "seconds BUDGET" (their logarithm); each is fitted when it is first asked for."""
        if column not in self._models:
            kind, _, budget = column.rpartition(" ")
            self._models[column] = boosted(self.x, self._column(kind, int(budget)))
        return self._models[column]

    def _column(self, kind: str, budget: int) -> Floats:
        if kind == SECONDS:
            values = self.sample.seconds[:, :, self.sample.budget_place(budget)]
            logarithms: Floats = np.log(values.mean(axis=1, dtype=np.float64))
            return logarithms
        return self.measured(budget, split_named(kind))


def load_surrogate(name: str) -> Surrogate:
    """The surrogate of that sample, fitted once a process. Raises OutOfDomain, UnreadableTable."""
    return _load(sample_path(name))


@lru_cache(maxsize=4)
def _load(path: Path) -> Surrogate:
    return Surrogate(BenchmarkTable.load(path))
