"""Progressive search with a learned predictor (Liu C. et al. 2017, "PNAS"; methods B3).

From simple to complex in stages: the fittest so far are grown to the next stage's complexity, an ensemble ranks what
grew, the best ranked are trained. Kept from the paper: five predictors on four fifths of the data each, the L1 loss,
new predictors each time. Departs from it: complexity is the number of live edges and a stage adds several, from 15 up,
for in this space sparse networks are poor and one edge a stage would take thousands of trainings; of all expansions a
pool is drawn; the predictor is the paper's fully connected one, over the network unfolded by place, not its LSTM; it
is fitted anew within a stage for each batch of drafts; after the last stage the search does not end, but ranks the
candidates of the generator that all surrogates share.
"""

import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from search.evolution.genotypes.genotype import Genotype
from search.evolution.genotypes.primitives import NONE
from search.evolution.strategies.progressive import ProgressiveConfig, live_edges
from search.evolution.strategies.report import per_cent
from search.learning.base import Report, Table, Tick
from search.learning.surrogates.archive import Point
from search.learning.surrogates.dense import Adam, Dense
from search.learning.surrogates.encoding import unfolded
from search.learning.surrogates.normal_form import normal_form
from search.learning.surrogates.scaling import Scale
from search.learning.surrogates.surrogate import Forecast, Surrogate

Floats = NDArray[np.float64]
HIDDEN = 100
BATCH = 32
RATE = 0.002
SHARE = 0.8
GROWTH_DRAWS = 8
"""Draws for each expansion wanted, at most."""


class Progressive(Surrogate[ProgressiveConfig]):
    """Stages are counted from what was observed: the archive is all the state there is."""

    drafts: tuple[Forecast, ...] = ()

    @property
    def stage(self) -> int:
        """From 1, the initial networks, to the last."""
        after = self.archive.observed - self.config.initial_population
        return 1 if after < 0 else min(2 + after // self.config.beam, self.config.stages)

    def most_edges(self, stage: int) -> int:
        """Live edges of a network of that stage."""
        first = min(self.config.first_edges, self.space.genes)
        share = (stage - 1) / (self.config.stages - 1)
        return first + round(share * (self.space.genes - first))

    def forecasts(
        self, points: Sequence[Point], count: int, rng: random.Random, tick: Tick
    ) -> list[Forecast]:
        pool = self._pool(points, rng, tick)
        if not pool:
            return []
        scale = Scale.of([point.fitness for point in points])
        generator = np.random.default_rng(rng.getrandbits(64))
        rows = np.array([unfolded(normal_form(point.genotype)) for point in points])
        ensemble = trained_ensemble(
            rows, scale.scaled([point.fitness for point in points]), self.config, generator, tick
        )
        said = ensemble(np.array([unfolded(normal_form(genotype)) for genotype in pool]))[:, :, 0]
        means, spreads = said.mean(axis=0), said.std(axis=0)
        best = np.argsort(-means, kind="stable")[:count]
        self.drafts = tuple(
            Forecast(
                pool[index],
                scale.fitness(float(means[index])),
                scale.width * float(spreads[index]),
                f"stage {max(2, self.stage)} of {self.config.stages}",
            )
            for index in best
        )
        return list(self.drafts)

    def _pool(self, points: Sequence[Point], rng: random.Random, tick: Tick) -> list[Genotype]:
        stage = max(2, self.stage)  # drafts are of the second stage at least
        if stage == self.config.stages:
            return self.candidates(points, self.config.pool, rng, tick)
        most = self.most_edges(stage)
        least = min(self.most_edges(stage - 1) + 1, most)
        beam = points[: self.config.beam]
        found: dict[str, Genotype] = {}
        for _ in range(GROWTH_DRAWS * self.config.pool):
            tick()
            if len(found) == self.config.pool:
                break
            genotype = grown(rng.choice(beam).genotype, rng.randint(least, most), most, rng)
            if self.accept(genotype):
                key = normal_form(genotype).key
                if key not in self.archive.seen:
                    found[key] = genotype
        return list(found.values()) or self.candidates(points, self.config.pool, rng, tick)

    def own_report(self) -> Report:
        most = self.most_edges(self.stage)
        bound = "no bound" if self.stage == self.config.stages else f"at most {most} live edges"
        rows = tuple(
            (number, per_cent(row.mean), per_cent(row.deviation), live_edges(row.genotype))
            for number, row in enumerate(self.drafts, start=1)
        )
        return Report(
            (
                ("Stage", f"{self.stage} of {self.config.stages}, {bound}"),
                ("Predictors", f"{self.config.members}, each of four fifths"),
            ),
            (Table("Latest drafts", ("Draft", "Predicted", "± of the ensemble", "Live edges"), rows),),
            {"stage": float(self.stage), "live_edges": float(np.mean([row[3] for row in rows] or [0]))},
        )


def trained_ensemble(
    rows: Floats, targets: Floats, config: ProgressiveConfig, rng: np.random.Generator, tick: Tick
) -> Dense:
    """Predictors of the targets [N] from rows [N, features], by the L1 loss, each from a random four fifths."""
    members, size = config.members, len(rows)
    ensemble, adam = Dense([rows.shape[1], HIDDEN, 1], members, rng), Adam(RATE)
    share = max(1, round(SHARE * size))
    mine = np.stack([rng.permutation(size)[:share] for _ in range(members)])
    for _ in range(config.epochs):
        tick()
        order = np.stack([rng.permutation(row) for row in mine])
        for start in range(0, share, BATCH):
            batch = order[:, start : start + BATCH]
            passed = ensemble.forward(rows[batch])
            # |p - t| has the slope of its sign; the mean over the batch.
            slope = np.sign(passed[-1] - targets[batch][:, :, None]) / batch.shape[1]
            adam.step(ensemble.parameters, ensemble.backward(passed, slope)[0])
    return ensemble


def grown(genotype: Genotype, wanted: int, most: int, rng: random.Random) -> Genotype:
    """The genotype with operations put on edges that have none until so many edges are live, never more than `most`;
    itself where it is as large already."""
    space = genotype.space
    live = live_edges(genotype)
    for level, motif, successor, predecessor in rng.sample(free := _free(genotype), len(free)):
        if live >= wanted:
            break
        operation = rng.randint(1, len(space.operations(level)))
        larger = genotype.with_edge(level, motif, successor, predecessor, operation)
        edges = live_edges(larger)
        if live < edges <= most:
            genotype, live = larger, edges
    return genotype


def _free(genotype: Genotype) -> list[tuple[int, int, int, int]]:
    """Edges that carry nothing."""
    return [
        (level, motif, successor, predecessor)
        for level, motifs in enumerate(genotype.levels, start=2)
        for motif, rows in enumerate(motifs, start=1)
        for successor, row in enumerate(rows, start=2)
        for predecessor, operation in enumerate(row, start=1)
        if operation == NONE
    ]
