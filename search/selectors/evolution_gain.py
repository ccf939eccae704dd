"""Gain along an evolution, the paper's Figure 4: fitness and test accuracy less those of the first network."""

import math
import random
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from search.evolution.statistics.rank_intervals import Correlation, kendall_interval
from search.models import Experiment, FinalEvaluation, FinalRun, Individual, WorkState

MOST_POINTS = 50
FEWEST = 5
"""Networks below which a rank correlation says nothing."""


@dataclass(frozen=True)
class GainPoint:
    """One network at the step that brought it. Gains are differences of fractions."""

    step: int
    gain: float
    error: float | None = None
    """Standard error of the gain over the runs of both networks; None: either was trained once, or it is fitness."""
    final_id: int | None = None


@dataclass(frozen=True)
class GainLine:
    """Test accuracies under one final protocol, less the first network's."""

    protocol: Mapping[str, Any]
    points: tuple[GainPoint, ...]
    """By step; the first network's own is 0."""
    agreement: Correlation | None
    """Of these networks' fitness with their test accuracy; None for fewer than FEWEST."""


@dataclass(frozen=True)
class EvolutionGain:
    """Figure 4 of one search."""

    first_step: int
    fitness: tuple[GainPoint, ...]
    """Of each network that was the best when its training ended."""
    lines: tuple[GainLine, ...]
    """The final protocol with the most networks first."""


def best_at_steps(experiment: Experiment) -> list[Individual]:
    """The first evaluated individual and all that were fitter than every one before, in order of completion."""
    rows = Individual.objects.filter(
        experiment=experiment, completion__isnull=False, fitness=F("best_so_far")
    ).select_related("genotype", "evaluation", "experiment")
    found: list[Individual] = []
    for row in rows.order_by("completion"):
        if not found or (row.fitness or 0.0) > (found[-1].fitness or 0.0):
            found.append(row)
    return found


def best_along(experiment: Experiment, count: int) -> list[Individual]:
    """The first network, and the best of each of `count` moments spread evenly over the search, its end among them.

    Fewer where one stayed the best over several moments; each network once.
    """
    holders = best_at_steps(experiment)
    last = experiment.population - 1
    found = {row.genotype.phenotype_key: row for row in holders[:1]}
    for place in range(1, count + 1):
        moment = last * place / count
        best = [row for row in holders if row.completion is not None and row.completion <= moment]
        for row in best[-1:]:
            found.setdefault(row.genotype.phenotype_key, row)
    return list(found.values())


def evolution_gain(experiment: Experiment) -> EvolutionGain | None:
    """None while no final protocol has scored the first network and one that was the best after it."""
    holders = best_at_steps(experiment)
    if len(holders) < 2:
        return None
    first = holders[0]
    places: dict[str, Individual] = {}
    for row in holders:
        places.setdefault(row.genotype.phenotype_key, row)
    scored: dict[str, dict[str, FinalEvaluation]] = {}
    done = FinalEvaluation.objects.filter(phenotype_key__in=places, state=WorkState.DONE)
    for final in done.defer("log", "live_curve").order_by("pk"):
        scored.setdefault(final.protocol_key, {})[final.phenotype_key] = final
    key = first.genotype.phenotype_key
    lines = [_line(key, places, finals) for finals in scored.values() if key in finals and len(finals) > 1]
    if not lines:
        return None
    start = first.fitness or 0.0
    return EvolutionGain(
        first.step,
        tuple(GainPoint(row.step, (row.fitness or 0.0) - start) for row in holders),
        tuple(sorted(lines, key=lambda line: -len(line.points))),
    )


def _line(first: str, places: Mapping[str, Individual], finals: Mapping[str, FinalEvaluation]) -> GainLine:
    runs: dict[int, list[float]] = {}
    records = FinalRun.objects.filter(final__in=list(finals.values()))
    for final_id, accuracy in records.values_list("final", "accuracy"):
        runs.setdefault(final_id, []).append(accuracy)
    base = runs[finals[first].pk]
    wanted = sorted(finals, key=lambda key: places[key].step)
    means = {key: statistics.fmean(runs[finals[key].pk]) for key in wanted}
    points = [
        GainPoint(
            places[key].step,
            means[key] - means[first],
            0.0 if key == first else _error(base, runs[finals[key].pk]),
            finals[key].pk,
        )
        for key in wanted
    ]
    agreement = None
    if len(wanted) >= FEWEST:
        fitness = [places[key].fitness or 0.0 for key in wanted]
        agreement = kendall_interval(fitness, [means[key] for key in wanted], random.Random(0))
    return GainLine(finals[first].protocol, tuple(points), agreement)


def _error(one: list[float], other: list[float]) -> float | None:
    if min(len(one), len(other)) < 2:
        return None
    return math.sqrt(statistics.variance(one) / len(one) + statistics.variance(other) / len(other))
