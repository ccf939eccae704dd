"""Learner that predicts fitness: what it remembers, how it is held against the truth, and how it reports.

A subclass fits a model to the archive and chooses; its predictions are compared with what is found for the drafts,
so every figure is of networks that the model had not seen.
"""

import random
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from search.evolution.genotypes.genotype import Genotype
from search.evolution.strategies.report import per_cent
from search.evolution.strategies.settings import SurrogateConfig
from search.learning.base import Idea, Learner, Observation, Report, Table, Tick
from search.learning.surrogates.archive import Archive, Point
from search.learning.surrogates.candidates import Source, candidates
from search.learning.surrogates.normal_form import normal_form

Config = TypeVar("Config", bound=SurrogateConfig)

FITTEST_SHARE, FITTEST_LEAST = 0.1, 5
"""Of the archive: parents of candidates."""
SHOWN = 30
"""Predictions on the page."""
FIRST = "nothing was evaluated yet: drawn at random"
EXHAUSTED = "no new network was found: a known one again"


@dataclass(frozen=True)
class Forecast:
    """A chosen candidate, what the model says of it, and what else made it the choice."""

    genotype: Genotype
    mean: float
    """Predicted fitness, a fraction."""
    deviation: float
    """Standard deviation of that; 0: the model gives none."""
    because: str = ""

    @property
    def why(self) -> str:
        spread = f" ± {100 * self.deviation:.1f}" if self.deviation else ""
        said = f"predicted {100 * self.mean:.1f}{spread} %"
        return f"{said}, {self.because}" if self.because else said


class Surrogate(Learner[Config]):
    """Archive, predictions, drafts."""

    def load(self, content: bytes | None) -> None:
        self.archive = Archive(self.space, self.config.points)
        if content is not None:
            self.archive.read(content)

    def state(self) -> bytes:
        return self.archive.to_bytes()

    def update(self, observations: Sequence[Observation], rng: random.Random, tick: Tick) -> None:
        for row in observations:
            tick()
            self.archive.add(row)
        if len(self.archive.points) > self.archive.most:
            self.archive.trim()

    def propose(self, count: int, rng: random.Random, tick: Tick) -> list[Idea]:
        points = self.archive.fittest()
        if not points:
            return self._known_or_not([], count, FIRST, rng, tick)
        # One thread: sums in another order differ in the last place, and small matrices gain nothing by more.
        with threadpool_limits(limits=1):
            forecasts = self.forecasts(points, count, rng, tick)
        if not forecasts:
            return self._known_or_not([points[0].genotype], count, EXHAUSTED, rng, tick)
        for row in forecasts:
            self.archive.promise(normal_form(row.genotype).key, row.mean, row.deviation)
        return [Idea(row.genotype, row.why) for row in forecasts]

    def _known_or_not(
        self, parents: Sequence[Genotype], count: int, why: str, rng: random.Random, tick: Tick
    ) -> list[Idea]:
        """From the generator: a search that gets no draft waits for one."""
        drawn = candidates(parents, (), count, rng, self.source(tick))
        return [Idea(genotype, why) for genotype in drawn.values()]

    @abstractmethod
    def forecasts(
        self, points: Sequence[Point], count: int, rng: random.Random, tick: Tick
    ) -> list[Forecast]:
        """Learn from the points, the best first and never none, and choose up to `count` new networks."""

    def source(self, tick: Tick) -> Source:
        return Source(self.space, self.accept, tick)

    def candidates(
        self, points: Sequence[Point], wanted: int, rng: random.Random, tick: Tick
    ) -> list[Genotype]:
        """From the generator that all surrogates share."""
        best = points[: max(FITTEST_LEAST, round(FITTEST_SHARE * len(points)))]
        parents = [point.genotype for point in best]
        return list(candidates(parents, self.archive.seen, wanted, rng, self.source(tick)).values())

    def report(self) -> Report:
        own = self.own_report()
        agreement, error = self.archive.rank_correlation(), self.archive.mean_error()
        checked = self.archive.checked
        facts = [("Model of", f"{len(self.archive.points)} of {self.archive.observed} evaluated")]
        numbers = dict(own.numbers)
        if agreement is not None and error is not None:
            facts.append(
                ("Predicted and found", f"rank correlation {agreement:.2f} over {len(checked)} drafts")
            )
            facts.append(("Mean error", per_cent(error)))
            numbers |= {"rank_correlation": agreement, "mean_error": error}
        rows = tuple(
            (
                f"#{row.step}",
                per_cent(row.mean),
                per_cent(row.deviation) if row.deviation else "",
                per_cent(row.fitness),
                f"{100 * (row.fitness - row.mean):+.2f}",
            )
            for row in reversed(checked[-SHOWN:])
        )
        against = Table(
            "Predicted against found, the newest first",
            ("Individual", "Predicted", "±", "Found", "Difference, points"),
            rows,
        )
        pairs = tuple((row.step, round(row.mean, 5), round(row.fitness, 5)) for row in checked)
        return Report((*facts, *own.facts), (against, *own.tables), numbers, pairs)

    def own_report(self) -> Report:
        """What only this model has to say."""
        return Report()
