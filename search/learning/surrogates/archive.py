"""Archive of a surrogate: the networks it learns from, those it has seen, and its predictions against the truth.

Bounded, however long the search: of the networks to learn from the fittest half and the latest stay, so that a model
of N networks costs the same after 7,000 as after N. The state is JSON, which gives floats back bit for bit.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.space import SearchSpace
from search.evolution.statistics.ranks import spearman
from search.learning.base import Observation
from search.learning.surrogates.normal_form import normal_form

MOST_SEEN = 20_000
"""Networks remembered as known, by their keys; the oldest are forgotten."""
MOST_CHECKED = 200
"""Predictions kept with what was found."""
MOST_OPEN = 2_000
"""Predictions of drafts whose fitness is not known yet."""


@dataclass(frozen=True)
class Point:
    """One network with the mean of the fitnesses found for it."""

    key: str
    genotype: Genotype
    total: float
    count: int
    step: int
    """Of the individual that brought it first."""
    latest: int
    """Observations before the last of it: tells new from old."""

    @property
    def fitness(self) -> float:
        return self.total / self.count


@dataclass(frozen=True)
class Checked:
    """A prediction, made before the network was trained, and what was found."""

    step: int
    mean: float
    deviation: float
    fitness: float


class Archive:
    """At most `most` networks to learn from."""

    def __init__(self, space: SearchSpace, most: int) -> None:
        self.space, self.most = space, most
        self.points: dict[str, Point] = {}
        self.seen: dict[str, None] = {}
        self.open: dict[str, tuple[float, float]] = {}
        self.checked: list[Checked] = []
        self.observed = 0

    def add(self, row: Observation) -> None:
        key = normal_form(row.genotype).key
        promised = self.open.pop(key, None)
        if promised is not None and row.version is not None:
            self.checked = [*self.checked, Checked(row.step, *promised, row.fitness)][-MOST_CHECKED:]
        known = self.points.get(key)
        if known is None:
            known = Point(key, row.genotype, 0.0, 0, row.step, 0)
        self.points[key] = replace(
            known, total=known.total + row.fitness, count=known.count + 1, latest=self.observed
        )
        self.see(key)
        self.observed += 1
        if len(self.points) > 2 * self.most:
            self.trim()

    def see(self, key: str) -> None:
        self.seen[key] = None
        if len(self.seen) > MOST_SEEN:
            del self.seen[next(iter(self.seen))]

    def promise(self, key: str, mean: float, deviation: float) -> None:
        """Remember a draft's prediction; the draft counts as seen."""
        self.see(key)
        self.open[key] = (mean, deviation)
        if len(self.open) > MOST_OPEN:
            del self.open[next(iter(self.open))]

    def trim(self) -> None:
        """The fittest half and, of the others, the latest."""
        ranked = self.fittest()
        kept = ranked[: self.most // 2]
        others = sorted(ranked[self.most // 2 :], key=lambda point: -point.latest)
        self.points = {point.key: point for point in [*kept, *others[: self.most - len(kept)]]}

    def fittest(self) -> list[Point]:
        """All points, the best first; of equal ones the older."""
        return sorted(self.points.values(), key=lambda point: (-point.fitness, point.step))

    def rank_correlation(self) -> float | None:
        """Spearman's, of what was predicted and found; None of fewer than three."""
        if len(self.checked) < 3:
            return None
        return spearman([row.mean for row in self.checked], [row.fitness for row in self.checked])

    def mean_error(self) -> float | None:
        """Mean absolute difference of prediction and truth, a fraction."""
        if not self.checked:
            return None
        return sum(abs(row.mean - row.fitness) for row in self.checked) / len(self.checked)

    def to_bytes(self) -> bytes:
        document = {
            "points": [
                [point.genotype.to_json()["levels"], point.total, point.count, point.step, point.latest]
                for point in self.points.values()
            ],
            "seen": list(self.seen),
            "open": [[key, *promised] for key, promised in self.open.items()],
            "checked": [[row.step, row.mean, row.deviation, row.fitness] for row in self.checked],
            "observed": self.observed,
        }
        return json.dumps(document, separators=(",", ":")).encode()

    def read(self, content: bytes) -> None:
        document = json.loads(content)
        for point in _points(self.space, document["points"]):
            self.points[point.key] = point
        self.seen = dict.fromkeys(document["seen"])
        self.open = {key: (mean, deviation) for key, mean, deviation in document["open"]}
        self.checked = [Checked(*row) for row in document["checked"]]
        self.observed = document["observed"]


def _points(space: SearchSpace, rows: Sequence[Sequence[Any]]) -> Iterable[Point]:
    for levels, *numbers in rows:
        genotype = Genotype.from_json({"space": space.to_json(), "levels": levels})
        yield Point(normal_form(genotype).key, genotype, *numbers)
