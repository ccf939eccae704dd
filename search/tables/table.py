"""Read a benchmark table: one .npz file without pickled objects, by numpy alone.

`BenchmarkTable.load(path)` checks the file; every question names what it asks for: there is no seed by default, for
whoever leaves it out of sight should not get a random one.

Must import neither Django nor torch.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from search.evolution.genotypes.genotype import Genotype, parse_genotype
from search.evolution.genotypes.space import SearchSpace, search_space
from search.evolution.networks.phenotype import Infeasible, build_phenotype

FORMAT = 1
"""Raised when a reader of an older version would misread the file."""
Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")
Seed = int | Literal["mean"]
Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]


class OutOfDomain(ValueError):
    """Asked for what the table does not hold: says what, and what it holds."""


class UnreadableTable(ValueError):
    """The file is no table that this version reads."""


@dataclass(frozen=True)
class TableFacts:
    """What a table is, for people."""

    name: str
    version: str
    networks: int
    genotypes: int
    """Genotypes of the space that build one of the networks."""
    seeds: int
    """Trainings of each network."""
    budgets: tuple[int, ...]
    """Training steps after which there are accuracies; the last is the whole training."""
    licence: str
    sha256: str
    """Of the file."""


@dataclass(frozen=True)
class Charged:
    """What a simulated training found, and the clock after it."""

    accuracy: float
    clock: float
    """Seconds."""


class BenchmarkTable:
    """Every network of a space with its trainings. Rows never change their place within a version."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]], sha256: str) -> None:
        self.about: dict[str, Any] = json.loads(bytes(arrays["about"].tobytes()).decode())
        if self.about.get("format") != FORMAT:
            raise UnreadableTable(
                f"the table has format {self.about.get('format')}; this version reads format {FORMAT}"
            )
        self.space: SearchSpace = search_space(self.about["space"])
        self.keys: tuple[str, ...] = tuple(key.decode() for key in arrays["keys"].tolist())
        self._texts: list[bytes] = arrays["genotypes"].tolist()
        self._rows = {key: row for row, key in enumerate(self.keys)}
        self.budgets: tuple[int, ...] = tuple(self.about["budgets"])
        self.seeds: int = arrays["accuracy"].shape[1]
        self.accuracy: Floats = arrays["accuracy"]  # [network, seed, budget, split], fractions 0..1
        self.loss: Floats = arrays["loss"]  # [network, seed, budget], of the training batches
        self.seconds: Floats = arrays["seconds"]  # [network, seed, budget], of a processor
        self.genotype_counts: Integers = arrays["genotype_counts"]
        self.parameters: Integers = arrays["parameters"]
        self.multiply_adds: Integers = arrays["multiply_adds"]
        self.depths: Integers = arrays["depths"]
        self.live_edges: Integers = arrays["live_edges"]
        self.proxies: dict[str, Floats] = {
            name: arrays["proxies"][:, column] for column, name in enumerate(self.about["proxies"])
        }
        self._sha256 = sha256

    @classmethod
    def load(cls, path: Path) -> "BenchmarkTable":
        """Read a file. Raises UnreadableTable for one that is no table, OSError where there is none."""
        return cls.read(path.read_bytes(), path.name)

    @classmethod
    def read(cls, content: bytes, name: str) -> "BenchmarkTable":
        """Read a file's content; `name` is for the error. Raises UnreadableTable."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
                return cls(dict(arrays), hashlib.sha256(content).hexdigest())
        except UnreadableTable:
            raise
        except (KeyError, ValueError, OSError, EOFError, TypeError, IndexError, BadZipFile) as error:
            raise UnreadableTable(f"{name} is no benchmark table: {error}") from None

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def facts(self) -> TableFacts:
        return TableFacts(
            name=self.about["name"],
            version=self.about["version"],
            networks=len(self),
            genotypes=int(self.genotype_counts.sum()),
            seeds=self.seeds,
            budgets=self.budgets,
            licence=self.about["licence"],
            sha256=self._sha256,
        )

    def genotype(self, key: str) -> Genotype:
        """A genotype that builds the network of that key."""
        return parse_genotype(self.about["space_text"] + ":" + self._texts[self.row(key)].decode())

    def canonical(self, genotype: Genotype | str) -> str:
        """The key of the network that a genotype (or its text) builds. Raises OutOfDomain."""
        if isinstance(genotype, str):
            genotype = parse_genotype(genotype)
        try:
            key = build_phenotype(genotype).key
        except Infeasible as error:
            raise OutOfDomain(f"genotype {genotype.text} builds no network: {error}") from None
        if key not in self._rows:
            raise OutOfDomain(
                f"genotype {genotype.text} builds network {key[:8]}, which is not among the {len(self):,} of table "
                f"{self.about['name']}; it holds the networks of space {self.about['space_text']}"
            )
        return key

    def row(self, key: str) -> int:
        """The place of a network in all arrays. Raises OutOfDomain."""
        if key not in self._rows:
            raise OutOfDomain(f"the table has no network {key}")
        return self._rows[key]

    def row_of(self, genotype: Genotype | str) -> int:
        """The row of the network that a genotype builds. Raises OutOfDomain."""
        return self.row(self.canonical(genotype))

    def query(
        self, genotype: Genotype | str, budget: int, split: Split = "validation", *, seed: Seed
    ) -> float:
        """Accuracy, a fraction 0..1, after `budget` steps: of one training, or the mean of all with seed="mean".

        Raises OutOfDomain.
        """
        return self.accuracy_of(self.row_of(genotype), budget, split, seed=seed)

    def accuracy_of(self, row: int, budget: int, split: Split = "validation", *, seed: Seed) -> float:
        """`query` for the network of that row."""
        values = self.accuracy[row, :, self.budget_place(budget), SPLITS.index(split_named(split))]
        return float(values.mean(dtype=np.float64) if seed == "mean" else values[self._seed(seed)])

    def seconds_of(self, row: int, budget: int, *, seed: Seed) -> float:
        """What a processor took for that training, its validation included."""
        values = self.seconds[row, :, self.budget_place(budget)]
        return float(values.mean(dtype=np.float64) if seed == "mean" else values[self._seed(seed)])

    def simulate(self, genotype: Genotype | str, clock: float, *, budget: int, seed: int) -> Charged:
        """The validation accuracy of one training, and the clock set on by the seconds that it took."""
        row = self.row_of(genotype)
        taken = self.seconds_of(row, budget, seed=seed)
        return Charged(self.accuracy_of(row, budget, seed=seed), clock + taken)

    @cached_property
    def test_accuracy(self) -> npt.NDArray[np.float64]:
        """Mean test accuracy of each network after the whole training."""
        means: npt.NDArray[np.float64] = self.accuracy[:, :, -1, SPLITS.index("test")].mean(
            axis=1, dtype=np.float64
        )
        return means

    def regret(self, genotype: Genotype | str) -> float:
        """How far its mean test accuracy lies below that of the best network, a fraction 0..1."""
        return float(self.test_accuracy.max() - self.test_accuracy[self.row_of(genotype)])

    def neighbours(self, genotype: Genotype | str) -> tuple[Genotype, ...]:
        """The genotypes that differ from it on one edge and build a network of the table."""
        if isinstance(genotype, str):
            genotype = parse_genotype(genotype)
        self.canonical(genotype)
        return tuple(row for row in one_edge_changes(genotype) if self._holds(row))

    def budget_place(self, steps: int) -> int:
        """The place of a budget in all arrays. Raises OutOfDomain."""
        if steps not in self.budgets:
            raise OutOfDomain(
                f"budget {steps!r}: the table has accuracies after {', '.join(map(str, self.budgets))} steps"
            )
        return self.budgets.index(steps)

    def _holds(self, genotype: Genotype) -> bool:
        try:
            return build_phenotype(genotype).key in self._rows
        except Infeasible:
            return False

    def _seed(self, seed: object) -> int:
        if type(seed) is int and 0 <= seed < self.seeds:
            return seed
        raise OutOfDomain(f'seed {seed!r}: use one of 0 to {self.seeds - 1}, or "mean"')


def split_named(name: str) -> Split:
    """One of SPLITS. Raises OutOfDomain for another name."""
    for split in SPLITS:
        if split == name:
            return split
    raise OutOfDomain(f"split {name!r}: use one of {', '.join(SPLITS)}")


def one_edge_changes(genotype: Genotype) -> list[Genotype]:
    """All genotypes that differ from it on exactly one edge."""
    changed = []
    space = genotype.space
    for level in range(2, space.top + 1):
        operations = range(len(space.operations(level)) + 1)
        for slot in range(1, space.level(level).motifs + 1):
            for successor in range(2, space.level(level).nodes + 1):
                for predecessor in range(1, successor):
                    present = genotype.edge(level, slot, successor, predecessor)
                    changed += [
                        genotype.with_edge(level, slot, successor, predecessor, operation)
                        for operation in operations
                        if operation != present
                    ]
    return changed
