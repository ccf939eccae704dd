"""Outcomes: what the end of an evaluation changes in its individuals and experiments."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from django.db import transaction

from search.database import statements
from search.database.clock import ended_now
from search.logcontext import about
from search.models import Evaluation, Experiment, ExperimentState, Individual, WorkState
from search.selectors.price import money_of
from search.services.decision_state.remaining_work import has_remaining_work
from search.services.decision_state.repeats import (
    caused_training,
    count_seconds,
    fitness_for,
    rest_on_what_is_there,
    seconds_for,
    share_repeats,
)
from search.services.locking import lock_experiments_waiting_for
from search.services.pauses.failure_pauses import pause_if_only_failures
from search.services.state_log import log_experiment

EXPERIMENT_COUNTERS = (
    "evaluated", "failed", "population", "best", "train_seconds", "state", "reason", "finished_at", "paused_at",
    "proposed", "shared", "strategy_state", "observed",
    "individuals_planned", "stopped_early", "refused", "decision_state", "revision",
)  # fmt: skip
SPENT = (
    "The budget of {hours} is spent, with {tried} of {planned} networks tried. Extend the search with a larger budget, "
    "and it goes on."
)
MOST_LOOKS = 50
"""At who waits for an evaluation, while further experiments keep joining."""
INDIVIDUAL_END = (
    "state", "fitness", "fitness_spread", "reason", "completion", "best_so_far", "finished_at", "counted_seconds",
)  # fmt: skip
INDIVIDUAL_END_BY_REPEATS = (*INDIVIDUAL_END, "repeats")


def end_evaluation(
    evaluation_id: int,
    change: Callable[[], Evaluation],
    then: Callable[[Experiment], None] = lambda experiment: None,
) -> list[int]:
    """Change an evaluation to an ended state and settle everyone who waits for it, in one transaction.

    `change` writes the row under its lock and may raise to refuse; `then` may go on with each locked experiment,
    which is saved after it. Returns the experiments to advance.
    """
    for look in range(1, MOST_LOOKS + 1):
        try:
            with transaction.atomic():
                return _end_once(evaluation_id, change, then)
        except _AnotherExperimentJoined:
            if look == MOST_LOOKS:  # the lease runs out, and the sweep begins anew
                raise
    return []


class _AnotherExperimentJoined(Exception):
    """It began to wait between our look at who waits and our lock on the evaluation: look again.

    Locking it now, after the evaluation, could deadlock with a proposal that locks in the right order.
    """


def _end_once(
    evaluation_id: int, change: Callable[[], Evaluation], then: Callable[[Experiment], None]
) -> list[int]:
    experiments = lock_experiments_waiting_for(evaluation_id)
    with about(**({"experiment": min(experiments)} if experiments else {})):
        evaluation = change()
    waiting = _waiting_for(evaluation_id, experiments)  # now nobody can join: proposals lock the row
    if any(individual.experiment_id not in experiments for individual in waiting):
        raise _AnotherExperimentJoined
    for experiment_id, group in groupby(waiting, key=lambda individual: individual.experiment_id):
        experiment = experiments[experiment_id]
        _settle(experiment, list(group), evaluation)
        then(experiment)
        save_counters(experiment)
    return list(experiments)


def _waiting_for(evaluation_id: int, experiments: Mapping[int, Experiment]) -> list[Individual]:
    """The open individuals of an evaluation by experiment and step; their experiments' best come along."""
    best = {row.best_id: row for row in experiments.values() if row.best_id is not None}
    rows = statements.select(
        Individual,
        "WHERE evaluation_id = %s AND state IN ('waiting', 'running')"
        f" OR id IN ({statements.numbers(best)}) ORDER BY experiment_id, step",
        [evaluation_id],
    )
    for row in rows:
        if row.pk in best:
            best[row.pk].best = row
    return [row for row in rows if row.state in Individual.OPEN]


def settle(experiment: Experiment, individuals: Sequence[Individual], evaluation: Evaluation) -> None:
    """Give saved individuals of a locked experiment the outcome of their ended evaluation."""
    _settle(experiment, individuals, evaluation)
    save_counters(experiment)


def _settle(experiment: Experiment, individuals: Sequence[Individual], evaluation: Evaluation) -> None:
    failed, timed = experiment.failed, False
    for (
        individual
    ) in individuals:  # those that wait for one further repeat have all caused it: its time counts once
        timed = apply_outcome(experiment, individual, evaluation, timed=timed)
        columns = INDIVIDUAL_END if individual.repeats is None else INDIVIDUAL_END_BY_REPEATS
        statements.update(individual, columns)
        improve_best(experiment, individual)
        share_repeats(experiment, individual)
    finish_if_complete(experiment)
    pause_if_only_failures(experiment, failed_before=failed, reason=evaluation.reason)


def save_counters(experiment: Experiment) -> None:
    """Write what the end of an evaluation and a proposal change of a locked experiment."""
    statements.update(experiment, EXPERIMENT_COUNTERS)


def apply_outcome(
    experiment: Experiment, individual: Individual, evaluation: Evaluation, *, timed: bool = False
) -> bool:
    """Copy the outcome onto the individual and count it; nothing is saved.

    `timed`: the training's time is counted already. Says whether it is now.
    """
    individual.state = evaluation.state
    individual.reason = evaluation.reason
    individual.finished_at = ended_now(individual.created_at if individual.pk else None)
    first = experiment.decisions.first_repeats
    if not timed and caused_training(individual, first):
        count_seconds(experiment, individual, seconds_for(individual, evaluation, first))
        timed = True
    if evaluation.state == WorkState.FAILED:
        rest_on_what_is_there(individual, evaluation, first)
    if individual.state == WorkState.FAILED:
        experiment.failed += 1
    experiment.stopped_early += is_stopped_early(individual)
    if individual.state != WorkState.DONE:
        return timed
    individual.fitness, individual.fitness_spread = fitness_for(individual, evaluation)
    experiment.evaluated += 1
    if individual.eligible:
        individual.completion = experiment.population
        experiment.population += 1
    best = experiment.best if experiment.best and not _better(individual, experiment.best) else individual
    individual.best_so_far = best.fitness
    return timed


def is_stopped_early(individual: Individual) -> bool:
    """Whether its experiment counts it as given up by an early decision."""
    return individual.state == WorkState.CANCELLED and individual.stopped_at is not None


def improve_best(experiment: Experiment, individual: Individual) -> None:
    """Point at the individual, which is saved by now, if it is the best."""
    if individual.state == WorkState.DONE and (
        experiment.best is None or _better(individual, experiment.best)
    ):
        experiment.best = individual


def _better(one: Individual, other: Individual) -> bool:
    return _rank(one) < _rank(other)


def _rank(individual: Individual) -> tuple[float, int, int]:
    """Fitter first; ties go to fewer parameters, then to the earlier step."""
    return (-(individual.fitness or 0.0), individual.parameters, individual.step)


def spent_reason(experiment: Experiment) -> str:
    """Why a search ends that has not tried all its networks."""
    hours = experiment.device_hours or 0.0
    money = money_of(3600 * hours)
    return SPENT.format(
        hours=f"{hours:,.6g} device hour{'' if hours == 1 else 's'}" + (f" ({money})" if money else ""),
        tried=f"{experiment.proposed:,}",
        planned=f"{experiment.individuals_planned:,}",
    )


def finish_if_complete(experiment: Experiment) -> None:
    """All proposed, or the budget of device hours spent, and none open: the search is over. Not saved."""
    if experiment.state not in (ExperimentState.RUNNING, ExperimentState.PAUSED):
        return
    if experiment.proposed < experiment.individuals_planned and not experiment.is_budget_spent:
        return
    if Individual.objects.filter(experiment=experiment, state__in=Individual.OPEN).exists():
        return
    if experiment.proposed < experiment.individuals_planned:
        experiment.reason = spent_reason(experiment)
    elif has_remaining_work(experiment):
        if not experiment.is_budget_spent:
            return
        experiment.reason = spent_reason(experiment)
    experiment.state = ExperimentState.FINISHED
    experiment.paused_at = None  # what it trained while it was paused was the last of its work
    experiment.finished_at = experiment.finished_at or ended_now(experiment.started_at)
    log_experiment(experiment, evaluated=experiment.evaluated, failed=experiment.failed)
