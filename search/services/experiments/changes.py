"""Changes to an existing experiment, and its deletion. Each function is one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from search.evolution.experiments.config import experiment_config
from search.models import Experiment, ExperimentState, Individual
from search.services import errors
from search.services.evaluations.outcomes import finish_if_complete
from search.services.locking import lock_experiment
from search.services.pauses.idle_time import count_idle_time
from search.services.state_log import log_experiment

BUDGET_TOO_SMALL = (
    "Experiment {key} has proposed {proposed} individuals already; its budget cannot be {wanted}."
)
OVER = "Experiment {key} is {state}; the budget of a search that is over stays as it is."
NOTHING_TO_EXTEND = (
    "Experiment {key} is finished with {planned} networks; to extend it name more than that, not {wanted}."
)
STILL_SPENT = (
    "Experiment {key} has spent {spent} device hours, its whole budget; to extend it name more device hours than that, "
    "or 0 for no such budget."
)
PAUSE_FIRST = "Experiment {key} is {state}; pause it before its time limit is changed."
STOP_FIRST = "Experiment {key} is {state}; stop it before it is deleted."

State = ExperimentState
GOING_ON = (State.DRAFT, State.RUNNING, State.PAUSED)
ADJUSTABLE = (State.DRAFT, State.PAUSED, State.FAILED)
"""States in which nothing is proposed, so that the protocol's time limit can change."""
DELETABLE = (State.DRAFT, State.FINISHED, State.STOPPED)
BATCH = 1000


@dataclass(frozen=True)
class Changes:
    """What an experiment becomes; None leaves a field as it is."""

    name: str | None = None
    notes: str | None = None
    tags: Sequence[str] | None = None
    archived: bool | None = None
    individuals: int | None = None
    """Of the budget."""
    in_flight: int | None = None
    device_hours: float | None = None
    """Of the budget; 0: none, time does not end it any more."""
    time_limit_seconds: int | None = None
    """Of the protocol, for one repeat."""


@transaction.atomic
def update_experiment(*, experiment_id: int, changes: Changes) -> Experiment:
    """A finished search that is given more individuals, or more device hours if these ended it, goes on.

    Raises Conflict for a budget that no longer fits, and for a time limit while networks are proposed."""
    experiment = lock_experiment(experiment_id)
    name = changes.name and changes.name.strip()
    for field, value in (("name", name), ("notes", changes.notes), ("archived", changes.archived)):
        if value is not None:
            setattr(experiment, field, value)
    if changes.tags is not None:
        experiment.tags = list(changes.tags)
    if (changes.individuals, changes.in_flight, changes.device_hours) != (None, None, None):
        _change_budget(experiment, changes)
    if changes.time_limit_seconds is not None:
        _change_time_limit(experiment, changes.time_limit_seconds)
    experiment.save()
    return experiment


def _change_budget(experiment: Experiment, changes: Changes) -> None:
    was_finished = experiment.state == State.FINISHED
    if experiment.state not in GOING_ON and not was_finished:
        raise errors.Conflict(OVER.format(key=experiment.pk, state=experiment.state))
    individuals = changes.individuals
    if was_finished and individuals is None and changes.device_hours is None:
        raise errors.Conflict(OVER.format(key=experiment.pk, state=experiment.state))
    budget = experiment.configuration.budget.model_dump(mode="json")
    if individuals is not None:
        _check_individuals(experiment, individuals, was_finished=was_finished)
        added = experiment.individuals_planned - budget["individuals"]  # by people, beyond the search's own
        experiment.individuals_planned = individuals
        budget["individuals"] = max(1, individuals - added)
    if changes.in_flight is not None:
        budget["in_flight"] = changes.in_flight
    if changes.device_hours is not None:
        budget["device_hours"] = changes.device_hours or None
    experiment.config = {**experiment.config, "budget": budget}
    if was_finished:
        _go_on(experiment)
    finish_if_complete(experiment)


def _check_individuals(experiment: Experiment, individuals: int, *, was_finished: bool) -> None:
    """Not below what was proposed, and of a search that tried all of them more than those."""
    if was_finished and individuals <= experiment.individuals_planned == experiment.proposed:
        text = NOTHING_TO_EXTEND.format(
            key=experiment.pk, planned=experiment.individuals_planned, wanted=individuals
        )
        raise errors.Conflict(text)
    if individuals < experiment.proposed:
        raise errors.Conflict(
            BUDGET_TOO_SMALL.format(key=experiment.pk, proposed=experiment.proposed, wanted=individuals)
        )


def _go_on(experiment: Experiment) -> None:
    """A finished search runs again: everything a proposal depends on is in the database, so with one evaluation in
    flight the children are those that one longer run would have had."""
    if experiment.is_budget_spent:
        spent = f"{experiment.train_seconds / 3600:,.4g}"
        raise errors.Conflict(STILL_SPENT.format(key=experiment.pk, spent=spent))
    if experiment.proposed == experiment.individuals_planned:
        raise errors.Conflict(OVER.format(key=experiment.pk, state=experiment.state))
    count_idle_time(experiment)
    experiment.state = State.RUNNING
    experiment.reason = ""
    experiment.finished_at = None
    log_experiment(experiment, individuals=experiment.individuals_planned)


def _change_time_limit(experiment: Experiment, seconds: int) -> None:
    """For networks proposed from now on: the limit is part of the protocol's key, so the fitness that was found under
    the other one stays and is no longer shared with new ones."""
    protocol = experiment.configuration.protocol
    if seconds == protocol.time_limit_seconds:
        return
    if experiment.state not in ADJUSTABLE:
        raise errors.Conflict(PAUSE_FIRST.format(key=experiment.pk, state=experiment.state))
    document = protocol.model_dump(mode="json") | {"time_limit_seconds": seconds}
    experiment.config = experiment_config({**experiment.config, "protocol": document}).to_json()


@transaction.atomic
def delete_experiment(*, experiment_id: int) -> None:
    """Remove an experiment and its individuals. Genotypes, evaluations and fitness stay: others share them.
    Raises Conflict while it may still do something."""
    experiment = lock_experiment(experiment_id)
    if experiment.state not in DELETABLE:
        raise errors.Conflict(STOP_FIRST.format(key=experiment_id, state=experiment.state))
    Experiment.objects.filter(pk=experiment_id).update(best=None)
    rows = Individual.objects.filter(experiment=experiment_id)
    rows.update(parent=None)  # else each batch would look for the children of its rows and load them
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        Individual.objects.filter(pk__in=ids).delete()
    experiment.delete()
