"""Final evaluations: lists, one with its runs, and the summary of its runs."""

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Avg, Count, QuerySet

from search.evolution.statistics.optimism import expected_maximum
from search.evolution.statistics.samples import sample_deviation
from search.models import Experiment, FinalEvaluation, FinalRun, Individual, WorkState


def finals(*, phenotype_key: str | None = None) -> "QuerySet[FinalEvaluation]":
    """The latest first, each with `mean` (top-1 over its runs, null without any) and `finished`, how many runs."""
    rows = FinalEvaluation.objects.select_related("genotype").defer("log", "live_curve")
    if phenotype_key is not None:
        rows = rows.filter(phenotype_key=phenotype_key)
    return rows.annotate(mean=Avg("records__accuracy"), finished=Count("records")).order_by("-pk")


def final_by_id(final_id: int) -> FinalEvaluation:
    """Raises FinalEvaluation.DoesNotExist."""
    return FinalEvaluation.objects.select_related("genotype").get(pk=final_id)


def waiting_final(final_id: int) -> FinalEvaluation | None:
    """With its genotype, if it waits for a worker."""
    rows = FinalEvaluation.objects.select_related("genotype").defer("live_curve", "log")
    return rows.filter(pk=final_id, state=WorkState.WAITING).first()


def final_runs(final: FinalEvaluation) -> list[FinalRun]:
    """The finished runs, in order."""
    return list(final.records.all())


def best_individuals(experiment: Experiment, count: int) -> list[Individual]:
    """The `count` best networks of a search, each by the first individual that has it, the fittest first."""
    rows = (
        Individual.objects.filter(experiment=experiment, state=WorkState.DONE, fitness__isnull=False)
        .select_related("genotype", "evaluation", "experiment")
        .order_by("-fitness", "step")
    )
    # In slices, each four times as long as the one before: a cursor would have PostgreSQL sort and keep all of them.
    found: dict[str, Individual] = {}
    first, size = 0, 8 * count
    while part := list(rows[first : first + size]):
        for row in part:
            found.setdefault(row.genotype.phenotype_key, row)
            if len(found) >= count:
                return list(found.values())
        first, size = first + size, 4 * size
    return list(found.values())


def finals_of_experiment(experiment: Experiment) -> list[tuple[FinalEvaluation, Individual]]:
    """Final evaluations of its networks, each with the fittest individual that has the network; the latest first."""
    keys = Individual.objects.filter(experiment=experiment).values("genotype__phenotype_key")
    rows = list(finals().filter(phenotype_key__in=keys))
    carriers: dict[str, Individual] = {}
    wanted = Individual.objects.filter(
        experiment=experiment, genotype__phenotype_key__in={row.phenotype_key for row in rows}
    )
    for individual in wanted.select_related("genotype", "evaluation").order_by("-fitness", "step"):
        carriers.setdefault(individual.genotype.phenotype_key, individual)
    return [(row, carriers[row.phenotype_key]) for row in rows]


@dataclass(frozen=True)
class Optimism:
    """What the fitness that chose networks promises beyond their test scores. Fractions 0..1."""

    networks: int
    """Done, each by its latest final evaluation under the search's own host and steps."""
    difference: float
    """Mean of fitness minus test accuracy."""
    tried: int
    """Different networks of the search that have a fitness."""
    noise: float | None
    """Deviation of runs of one network, pooled; None: no network was run twice."""
    by_chance: float | None
    """How far the best of so many equal networks would stand out by that noise alone."""


def optimism(experiment: Experiment) -> Optimism | None:
    """Over final evaluations that train as the search did but for its images; None while there is none."""
    rows: dict[str, tuple[FinalEvaluation, Individual]] = {}
    for row, individual in finals_of_experiment(experiment):
        if (
            trains_as_searched(row, individual)
            and row.state == WorkState.DONE
            and individual.fitness is not None
        ):
            rows.setdefault(row.phenotype_key, (row, individual))
    if not rows:
        return None
    differences, squares, freedom = [], 0.0, 0
    for row, individual in rows.values():
        accuracies = [run.accuracy for run in final_runs(row)]
        differences.append((individual.fitness or 0.0) - statistics.fmean(accuracies))
        if len(accuracies) > 1:
            squares += statistics.variance(accuracies) * (len(accuracies) - 1)
            freedom += len(accuracies) - 1
    done = Individual.objects.filter(experiment=experiment, fitness__isnull=False).order_by()
    tried = done.values("genotype__phenotype_key").distinct().count()
    noise = math.sqrt(squares / freedom) if freedom else None
    return Optimism(
        len(rows),
        statistics.fmean(differences),
        tried,
        noise,
        None if noise is None else expected_maximum(tried, noise),
    )


_SAME_TRAINING = ("dataset", "host", "channels", "cells", "steps", "batch_size", "learning_rate", "schedule")


def trains_as_searched(final: FinalEvaluation, individual: Individual) -> bool:
    """Whether nothing but the images differs from how the search trained the individual."""
    searched = individual.evaluation.protocol
    return all(final.protocol.get(name) == searched.get(name) for name in _SAME_TRAINING)


def first_individual(phenotype_key: str) -> Individual | None:
    """The fittest individual of any search that has the network."""
    rows = Individual.objects.filter(genotype__phenotype_key=phenotype_key)
    return rows.select_related("experiment", "genotype").order_by("-fitness", "pk").first()


@dataclass(frozen=True)
class ClassAccuracy:
    """One class over all runs."""

    name: str
    accuracy: float
    images: int
    """Of this class in the test set."""
    taken_for: str
    """What its images are most often taken for instead; empty: always right."""


@dataclass(frozen=True)
class Summary:
    """The runs of a final evaluation together. Fractions 0..1; deviations are of the sample, None for one run."""

    runs: int
    mean: float
    deviation: float | None
    top5: float
    top5_deviation: float | None
    loss: float
    seconds: float
    """Of the devices, over all runs."""
    confusion: tuple[tuple[float, ...], ...]
    """[label][predicted]: share of the label's images, mean over the runs."""
    classes: tuple[ClassAccuracy, ...]


def summarise(final: FinalEvaluation, runs: Sequence[FinalRun]) -> Summary | None:
    """None while no run has ended."""
    if not runs:
        return None
    counts: Counter[tuple[int, int]] = Counter()
    for run in runs:
        counts.update({(label, predicted): count for label, predicted, count in run.confusion})
    names = list(final.classes)
    totals = [sum(counts[label, other] for other in range(len(names))) for label in range(len(names))]
    shares = tuple(
        tuple(counts[label, other] / total if total else 0.0 for other in range(len(names)))
        for label, total in enumerate(totals)
    )
    return Summary(
        runs=len(runs),
        mean=statistics.fmean(run.accuracy for run in runs),
        deviation=sample_deviation([run.accuracy for run in runs]),
        top5=statistics.fmean(run.top5 for run in runs),
        top5_deviation=sample_deviation([run.top5 for run in runs]),
        loss=statistics.fmean(run.loss for run in runs),
        seconds=math.fsum(run.seconds for run in runs),
        confusion=shares,
        classes=tuple(
            ClassAccuracy(
                name, shares[label][label], totals[label] // len(runs), _taken_for(label, shares, names)
            )
            for label, name in enumerate(names)
        ),
    )


def _taken_for(label: int, shares: tuple[tuple[float, ...], ...], names: Sequence[str]) -> str:
    others = [(share, other) for other, share in enumerate(shares[label]) if other != label]
    share, other = max(others, default=(0.0, 0))
    return str(names[other]) if share else ""
