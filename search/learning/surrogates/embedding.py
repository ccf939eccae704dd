"""Gradient steps in an embedding of networks (Luo et al. 2018, "Neural Architecture Optimization", NAO; methods B12).

Encoder, predictor and decoder are trained on what was evaluated; from the embeddings of the fittest, steps go up the
predicted fitness until another network is decoded. Departs from the paper: motifs are aligned with those of the
fittest, where the original permutes them for more data, and dead edges count as none; fitness is scaled by its median
(least and greatest let one failure flatten all); steps have a fixed length and are few, for off the known networks the
predictor is too hopeful; only edges whose decoded operation changed on the way change, so that a decoder that does not
reproduce the parent yet does no harm; a draft's prediction is that of the network decoded, encoded again, and the best
predicted are taken; where steps lead to nothing new, candidates of the generator that all surrogates share are ranked.
New networks are made and trained from scratch for each version.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from search.evolution.genotypes.alignment import aligned
from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.space import SearchSpace
from search.evolution.strategies.embedding import EmbeddingConfig
from search.evolution.strategies.report import per_cent
from search.learning.base import Report, Table, Tick
from search.learning.surrogates.archive import Point
from search.learning.surrogates.autoencoder import Autoencoder, Integers
from search.learning.surrogates.encoding import choices_of, live_tokens, tokens
from search.learning.surrogates.normal_form import normal_form
from search.learning.surrogates.scaling import Scale
from search.learning.surrogates.surrogate import Forecast, Surrogate

Floats = NDArray[np.float64]
FITTEST_SHARE = 0.25
"""Of the known networks: at most so many are beginnings."""
MOST_WALKED = 4
"""New networks that steps may lead to for each draft wanted; the best predicted of them are drafts."""
RANKED = "no step led to a new network: ranked by the predictor"


@dataclass(frozen=True)
class Step:
    """Where a walk from one network ended."""

    parent: Point
    genotype: Genotype
    length: float
    """Of the way in the embedding."""
    changed: int
    """Places decoded to something else."""


class Embedding(Surrogate[EmbeddingConfig]):
    """The archive is all the state there is."""

    model: Autoencoder | None = None
    reproduced = 0.0
    steps: tuple[tuple[Step, Forecast], ...] = ()
    ranked = 0

    def forecasts(
        self, points: Sequence[Point], count: int, rng: random.Random, tick: Tick
    ) -> list[Forecast]:
        scale = Scale.of([point.fitness for point in points])
        generator = np.random.default_rng(rng.getrandbits(64))
        self.reference = points[0].genotype
        spellings = [aligned(point.genotype, self.reference) for point in points]
        known = np.array([live_tokens(genotype) for genotype in spellings])
        self.model = Autoencoder(choices_of(self.space), self.config.predictor_share, generator)
        targets = scale.scaled([point.fitness for point in points])
        self.model.train(known, targets, self.config.epochs, generator, tick)
        self.reproduced = self.model.reproduced(known)
        walked = self._walked(points, spellings, known, MOST_WALKED * count, tick)
        said = self._predicted([step.genotype for step in walked], scale)
        order = np.argsort(-said, kind="stable")[:count]
        self.steps = tuple((walked[index], _forecast(walked[index], float(said[index]))) for index in order)
        found = [forecast for _, forecast in self.steps]
        self.ranked = count - len(found)
        return found + self._best_of_pool(points, self.ranked, scale, rng, tick)

    def _predicted(self, genotypes: Sequence[Genotype], scale: Scale) -> Floats:
        """Fitness of each, a fraction."""
        if not genotypes:
            return np.zeros(0)
        assert self.model is not None
        rows = np.array([live_tokens(aligned(genotype, self.reference)) for genotype in genotypes])
        return scale.middle + scale.width * self.model.predict(self.model.embed(rows))

    def _walked(
        self,
        points: Sequence[Point],
        spellings: Sequence[Genotype],
        known: Integers,
        count: int,
        tick: Tick,
    ) -> list[Step]:
        """Up to `count` new networks: all of the fittest take a step, and once more from there, and again; each new
        network that is decoded on the way is one."""
        assert self.model is not None
        begins = min(self.config.begin_from, math.ceil(FITTEST_SHARE * len(points)))
        start = self.model.embed(known[:begins])
        said = self.model.decode(start)
        here, taken = start, set[str]()
        found: list[Step] = []
        for number in range(1, self.config.most_steps + 1):
            tick()
            slope = self.model.uphill(here)
            slope /= np.linalg.norm(slope, axis=1, keepdims=True) + 1e-12
            here = here + self.config.step_size * slope
            here /= np.linalg.norm(here, axis=1, keepdims=True)
            decoded = self.model.decode(here)
            for place in range(begins):
                changed = decoded[place] != said[place]
                if len(found) == count or not changed.any():
                    continue
                row = np.where(changed, decoded[place], tokens(spellings[place]))
                genotype = from_tokens(self.space, row)
                if self.accept(genotype):
                    key = normal_form(genotype).key
                    if key not in self.archive.seen and key not in taken:
                        taken.add(key)
                        way = number * self.config.step_size
                        found.append(Step(points[place], genotype, way, int(changed.sum())))
        return found

    def _best_of_pool(
        self, points: Sequence[Point], count: int, scale: Scale, rng: random.Random, tick: Tick
    ) -> list[Forecast]:
        if count <= 0:
            return []
        taken = {normal_form(step.genotype).key for step, _ in self.steps}
        drawn = self.candidates(points, max(count, self.config.pool), rng, tick)
        pool = [genotype for genotype in drawn if normal_form(genotype).key not in taken]
        said = self._predicted(pool, scale)
        best = np.argsort(-said, kind="stable")[:count]
        return [Forecast(pool[index], float(said[index]), 0.0, RANKED) for index in best]

    def own_report(self) -> Report:
        rows = tuple(
            (
                f"#{step.parent.step}",
                per_cent(step.parent.fitness),
                per_cent(forecast.mean),
                step.length,
                step.changed,
            )
            for step, forecast in self.steps[:50]
        )
        columns = ("From", "Its fitness", "Predicted", "Step", "Edges changed")
        length = float(np.mean([step.length for step, _ in self.steps])) if self.steps else 0.0
        return Report(
            (
                ("Reproduced", f"{100 * self.reproduced:.1f} % of the edges by the decoder"),
                ("Drafts by steps", f"{len(self.steps)}; {self.ranked} ranked from the pool"),
            ),
            (Table("Steps in the embedding", columns, rows),),
            {"reproduced": self.reproduced, "step": length},
        )


def _forecast(step: Step, said: float) -> Forecast:
    return Forecast(step.genotype, said, 0.0, f"a step of {step.length:.2f} from #{step.parent.step}")


def from_tokens(space: SearchSpace, row: Integers) -> Genotype:
    """The inverse of `tokens`."""
    left = iter(map(int, row))
    levels = tuple(
        tuple(
            tuple(tuple(next(left) for _ in range(node)) for node in range(1, shape.nodes))
            for _ in range(shape.motifs)
        )
        for shape in space.levels
    )
    return Genotype(space, levels)
