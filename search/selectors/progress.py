"""Progress of an experiment: counts, rates, training time, at constant cost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Avg, Count, Min, Q

from search.evolution.experiments.config import ExperimentConfig
from search.models import Evaluation, Experiment, Individual, WorkState


class Finish(NamedTuple):
    """One individual as it entered the population."""

    step: int
    fitness: float
    finished_at: datetime


def latest_finishes(experiment_id: int, *, limit: int) -> list[Finish]:
    """The last to enter the population, in order of completion."""
    rows = Individual.objects.filter(experiment=experiment_id, completion__isnull=False)
    found = rows.order_by("-completion").values_list("step", "fitness", "finished_at")[:limit]
    complete = [Finish(step, fitness, at) for step, fitness, at in found if fitness is not None and at]
    return complete[::-1]


def sampled_points(experiment: Experiment, *, limit: int) -> list[tuple[int, float, int, int]]:
    """(step, fitness, parameters, completion) of the population, evenly thinned to the limit, the last one and the
    best one kept."""
    rows = Individual.objects.filter(experiment=experiment, completion__isnull=False)
    if experiment.population > limit:
        last = experiment.population - 1
        places = {last * place // (limit - 1) for place in range(limit)}
        if experiment.best is not None and experiment.best.completion is not None:
            places.add(experiment.best.completion)
        rows = rows.filter(completion__in=places)
    found = rows.order_by("completion").values_list("step", "fitness", "parameters", "completion")
    return [(step, fitness or 0.0, parameters, place or 0) for step, fitness, parameters, place in found]


def failed_steps(experiment_id: int, *, limit: int) -> list[tuple[int, int]]:
    """(step, parameters) of failed individuals, the latest ones, in order of step."""
    rows = Individual.objects.filter(experiment=experiment_id, state=WorkState.FAILED).order_by("-step")
    return list(rows.values_list("step", "parameters")[:limit])[::-1]


def failures_by_reason(experiment_id: int) -> list[tuple[str, int]]:
    """(reason code, individuals), the most frequent first."""
    rows = Individual.objects.filter(experiment=experiment_id, state=WorkState.FAILED).order_by()
    counted = rows.values_list("evaluation__reason_code").annotate(count=Count("pk"))
    return sorted(counted, key=lambda row: (-row[1], row[0]))


def initial_steps(experiment: Experiment, config: ExperimentConfig) -> int:
    """Steps up to the last network of the initial population: where the best is trained again, repeats stand between
    these. What is planned, while they are not all proposed."""
    planned = config.strategy.initial_population
    if not config.decisions.first_repeats:
        return planned
    rows = Individual.objects.filter(experiment=experiment, origin="initial", step__lt=4 * planned)
    last = (
        list(rows.order_by("step").values_list("step", flat=True)[planned - 1 : planned]) if planned else []
    )
    return last[0] + 1 if last else planned


def done(row: Experiment) -> int:
    """Individuals that came to something: evaluated, failed, or given up by an early decision. No query."""
    return row.evaluated + row.failed + row.stopped_early


@dataclass(frozen=True)
class Recorded:
    """What evaluations of one protocol have taken so far."""

    count: int
    seconds: float
    """Mean training time of one evaluation, all repeats."""


def recorded_seconds(protocol_keys: Sequence[str]) -> Recorded:
    """Over all finished evaluations under a protocol that have all of its repeats."""
    rows = Evaluation.objects.filter(protocol_key__in=protocol_keys, state=WorkState.DONE, repeats=None)
    found = rows.aggregate(count=Count("pk"), seconds=Avg("train_seconds"))
    return Recorded(found["count"], found["seconds"] or 0.0)


@dataclass(frozen=True)
class Open:
    """What an experiment waits for."""

    running: int
    waiting: int
    oldest: datetime | None
    """When the longest waiting one was proposed."""
    in_training: list[Individual]
    """The first few that are being trained, with their evaluations."""


def open_work(experiment_id: int, *, limit: int) -> Open:
    """Individuals that are not finished, from the index of open ones."""
    rows = Individual.objects.filter(experiment=experiment_id, state__in=Individual.OPEN).order_by()
    is_running = Q(evaluation__state=WorkState.RUNNING)
    found = rows.aggregate(
        running=Count("pk", filter=is_running),
        waiting=Count("pk", filter=~is_running),
        oldest=Min("created_at", filter=~is_running),
    )
    shown = rows.filter(is_running).select_related("evaluation").order_by("step")[:limit]
    return Open(**found, in_training=list(shown))


def standings(experiment_ids: Iterable[int]) -> list[tuple[int, str, int, int, int]]:
    """(id, state, proposed, evaluated, failed) of those that exist: little, for it is asked again and again."""
    rows = Experiment.objects.filter(pk__in=set(experiment_ids)).order_by()
    return list(rows.values_list("pk", "state", "proposed", "evaluated", "failed"))
