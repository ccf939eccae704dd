"""Selection of a search: its best networks with the fitness that chose them, trained afresh and on the test set; and
how early the order of networks is known."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from search.evolution.statistics.rank_correlations import FEWEST, RankCorrelation, rank_correlations
from search.models import Experiment, FinalEvaluation, FitnessRecord, Individual, WorkState
from search.selectors.finals import best_individuals, trains_as_searched
from search.selectors.rescored import Rescored, rescored

QUARTERS = (0.25, 0.5, 0.75)
"""Of the steps: the scorings that are nearest to them are looked at."""
LATEST = 300
"""Trainings whose curves are read: enough for a narrow interval."""


@dataclass(frozen=True)
class Chosen:
    """One of the best networks. Fractions 0..1."""

    individual: Individual
    afresh: Rescored | None
    test: float | None
    """Mean accuracy on the test set, trained as in the search; None: nobody asked."""
    final_id: int | None

    @property
    def change(self) -> float | None:
        """From the fitness that chose it to fresh trainings, else to the test set; negative: it flattered."""
        value = self.afresh.estimate.value if self.afresh and self.afresh.estimate else self.test
        return None if value is None or self.individual.fitness is None else value - self.individual.fitness


@dataclass(frozen=True)
class EarlyRank:
    """Whether what leads at a step still leads at the end: the ranks of so many networks at both."""

    step: int
    share: float
    """Of all steps."""
    correlation: RankCorrelation


def chosen(experiment: Experiment, count: int) -> list[Chosen]:
    """The best networks of a search, the fittest first."""
    found = []
    for individual in best_individuals(experiment, count):
        final = _final_of(individual)
        test = None
        if final is not None:
            test = statistics.fmean(final.records.values_list("accuracy", flat=True))
        found.append(Chosen(individual, rescored(individual), test, final.pk if final else None))
    return found


def early_ranks(experiment: Experiment) -> list[EarlyRank]:
    """At the steps nearest to QUARTERS at which enough of the latest trainings were scored, Spearman's correlation
    of the accuracies there with the final ones; each network once, by its first repeat.

    Empty for too few, or trainings never scored early."""
    latest = Individual.objects.filter(experiment=experiment, state=WorkState.DONE).order_by()
    rows = FitnessRecord.objects.filter(repeat=0, evaluation__in=latest.values("evaluation")).order_by("-pk")
    curves = list(rows.values_list("curve", "accuracy")[:LATEST])
    steps = experiment.configuration.protocol.steps
    pairs: dict[int, list[tuple[float, float]]] = {}
    for curve, final in curves:
        for step, accuracy in _scored(curve):
            if step < steps:
                pairs.setdefault(step, []).append((accuracy, final))
    enough = max(FEWEST, (len(curves) + 1) // 2)
    found = []
    for step, values in sorted(pairs.items()):
        if len(values) < enough:
            continue
        early, late = zip(*values, strict=True)
        if known := rank_correlations(late, {"early": early}):
            found.append(EarlyRank(step, step / steps, known["early"]))
    nearest = {min(found, key=lambda row: abs(row.share - share)) for share in QUARTERS} if found else set()
    return sorted(nearest, key=lambda row: row.step)


def _scored(curve: Sequence[dict[str, Any]]) -> list[tuple[int, float]]:
    points = [(int(point["step"]), point.get("validation_accuracy")) for point in curve]
    return [(step, float(accuracy)) for step, accuracy in points if accuracy is not None]


def _final_of(individual: Individual) -> FinalEvaluation | None:
    """The latest that is done and trains as the search did."""
    rows = FinalEvaluation.objects.filter(
        phenotype_key=individual.genotype.phenotype_key, state=WorkState.DONE
    )
    alike = [row for row in rows.order_by("-pk") if trains_as_searched(row, individual)]
    return alike[0] if alike else None
