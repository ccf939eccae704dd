"""State transitions of an experiment from draft to its end. Each function is one transaction."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Value
from django.db.models.functions import Greatest

from search.database.clock import database_now, ended_now
from search.evolution.experiments.config import ExperimentConfig
from search.evolution.text_input import is_visible
from search.models import Evaluation, Experiment, ExperimentState, Individual, WorkState
from search.services import errors
from search.services.learning.drafts import ask_again
from search.services.locking import lock_evaluations, lock_experiment
from search.services.pauses.idle_time import IDLE_TIME, count_idle_time, mark_paused
from search.services.pauses.resending import open_evaluations, send_again
from search.services.state_log import log_evaluations, log_experiment

STOPPED = "The experiment was stopped."
ANOTHERS_LAUNCH = "This form was sent by somebody else; reload the page."
State = ExperimentState


@transaction.atomic
def create_experiment(
    *,
    name: str,
    config: ExperimentConfig,
    notes: str = "",
    launch: UUID | None = None,
    owner_id: int | None = None,
) -> Experiment:
    """A draft; nothing is proposed before it is started. The same launch of the same owner again gives the same
    experiment. Raises Conflict for a launch that somebody else made."""
    values = {
        "name": name.strip() if is_visible(name) else "Untitled",
        "notes": notes,
        "config": config.to_json(),
        "individuals_planned": config.budget.individuals,
        "owner_id": owner_id,
    }
    created = True
    if launch is None:
        experiment = Experiment.objects.create(**values)
    else:
        experiment, created = Experiment.objects.get_or_create(launch=launch, defaults=values)
        if experiment.owner_id != owner_id:  # else a form's token would start somebody else's draft
            raise errors.Conflict(ANOTHERS_LAUNCH)
    if created:
        log_experiment(experiment, individuals=experiment.individuals_planned)
    return experiment


@transaction.atomic
def start_experiment(*, experiment_id: int) -> Experiment:
    experiment = _lock_in(experiment_id, (State.DRAFT,), "started")
    experiment.state = State.RUNNING
    experiment.started_at = database_now()
    experiment.save(update_fields=["state", "started_at"])
    log_experiment(experiment)
    return experiment


@transaction.atomic
def pause_experiment(*, experiment_id: int, reason: str = "") -> Experiment:
    """No new work is proposed or claimed; what is being trained runs to its end. One that waits for its data set
    no longer goes on by itself."""
    experiment = lock_experiment(experiment_id)
    if experiment.state != State.PAUSED or experiment.awaits is None:
        _must_be(experiment, (State.RUNNING,), "paused")
    mark_paused(experiment, reason=reason)
    experiment.awaits = None
    experiment.save(update_fields=["state", "reason", "awaits", *IDLE_TIME])
    log_experiment(experiment)
    return experiment


@transaction.atomic
def resume_experiment(*, experiment_id: int) -> Experiment:
    """Go on exactly where it stood. A failed one tries the same step again."""
    experiment = _lock_in(experiment_id, (State.PAUSED, State.FAILED), "resumed")
    experiment.state = State.RUNNING
    experiment.reason = ""
    experiment.awaits = None
    if experiment.proposed < experiment.individuals_planned:  # else the search was over, and stays so
        count_idle_time(experiment)
        experiment.finished_at = None
    experiment.paused_at = None
    experiment.save(update_fields=["state", "reason", "finished_at", "awaits", *IDLE_TIME])
    log_experiment(experiment)
    send_again(experiment)
    ask_again(experiment)
    return experiment


@transaction.atomic
def stop_experiment(*, experiment_id: int) -> Experiment:
    """For good: open individuals are cancelled. What is being trained sees it at its next heartbeat, unless
    another experiment needs it too."""
    experiment = _lock_in(experiment_id, (State.RUNNING, State.PAUSED, State.FAILED), "stopped")
    now = ended_now(experiment.started_at)
    evaluations = lock_evaluations(open_evaluations(experiment))  # before the individuals, as a claim does
    is_open = Individual.objects.filter(experiment=experiment, state__in=Individual.OPEN)
    experiment.stopped_early += is_open.exclude(
        stopped_at=None
    ).count()  # taken up again, now given up for good
    at = Greatest(Value(now), F("created_at"))
    is_open.update(state=WorkState.CANCELLED, reason=STOPPED, finished_at=at)
    needed = Individual.objects.filter(evaluation=OuterRef("pk"), state__in=Individual.OPEN)
    unneeded = Evaluation.objects.filter(~Exists(needed), pk__in=evaluations, state=WorkState.WAITING)
    cancelled = list(unneeded.values_list("pk", flat=True))
    unneeded.update(state=WorkState.CANCELLED, reason=STOPPED, finished_at=at)
    log_evaluations(cancelled, WorkState.CANCELLED, experiment=experiment.pk, reason=STOPPED)
    experiment.state = State.STOPPED
    experiment.reason = ""
    if experiment.finished_at is None:
        count_idle_time(experiment)
        experiment.finished_at = now
    experiment.paused_at = None
    experiment.awaits = None
    experiment.save(update_fields=["state", "reason", "finished_at", "awaits", "stopped_early", *IDLE_TIME])
    log_experiment(experiment)
    return experiment


def _lock_in(experiment_id: int, allowed: Sequence[State], done: str) -> Experiment:
    experiment = lock_experiment(experiment_id)
    _must_be(experiment, allowed, done)
    return experiment


def _must_be(experiment: Experiment, allowed: Sequence[State], done: str) -> None:
    if experiment.state not in allowed:
        raise errors.Conflict(
            errors.NOT_IN_STATE.format(
                what="Experiment",
                key=experiment.pk,
                state=experiment.state,
                allowed=" or ".join(allowed),
                done=done,
            )
        )
