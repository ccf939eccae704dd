"""A search that waits for its data set goes on by itself once that is there again.

A worker found the data set missing and the search was paused (`postpone_evaluation`), which its row remembers in
`awaits`. The sweep then has a training worker look every so often, for only that one knows what it can read. What a
person has paused awaits nothing, and is never lifted.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from search.models import Experiment, ExperimentState
from search.services import errors
from search.services.experiments import send_again
from search.services.journal import tell_experiment
from search.services.locking import lock_experiment
from search.services.moments import database_now

WAITS = "Waits for data set {dataset}, goes on by itself when it is there. {found}"
BACK = "data set {dataset} is there again"
ASKED, LOOKED, SEEN = "asked", "looked", "seen"


def await_data(experiment: Experiment, *, dataset: str, found: str) -> None:
    """Pause a locked, running experiment until its data set is there. `found` says what the worker met. Not saved."""
    experiment.state = ExperimentState.PAUSED
    experiment.reason = WAITS.format(dataset=dataset, found=found).strip()
    experiment.awaits = {"dataset": dataset}
    tell_experiment(experiment)


def ask_for_data() -> list[int]:
    """Experiments whose data set a training worker is to look for now, each once in LOOK_SECONDS."""
    waiting = Experiment.objects.filter(state=ExperimentState.PAUSED, awaits__isnull=False).order_by("pk")
    return [pk for pk in list(waiting.values_list("pk", flat=True)) if _is_due(pk, ASKED) is not None]


def begin_to_look(*, experiment_id: int) -> dict[str, Any] | None:
    """The protocol whose data a worker is to look for now; None when nobody waits for it, or somebody has just looked.

    So messages that have gathered while all workers trained are answered once.
    """
    return _is_due(experiment_id, LOOKED)


@transaction.atomic
def saw_data(*, experiment_id: int, seen: str) -> bool:
    """What a worker has found: what it reads, told in a few words, or "". Says whether the search goes on now.

    It does so when two looks have seen the same: a data set that is still being copied would train other networks.
    """
    experiment = _lock_waiting(experiment_id)
    if experiment is None:
        return False
    awaits = experiment.awaits or {}
    if not seen or awaits.get(SEEN) != seen:
        experiment.awaits = awaits | {SEEN: seen}
        experiment.save(update_fields=["awaits"])
        return False
    experiment.state, experiment.reason, experiment.awaits = ExperimentState.RUNNING, "", None
    experiment.save(update_fields=["state", "reason", "awaits"])
    tell_experiment(experiment, because=BACK.format(dataset=awaits["dataset"]))
    send_again(experiment)
    return True


@transaction.atomic
def _is_due(experiment_id: int, what: str) -> dict[str, Any] | None:
    """The protocol of an experiment that waits, if `what` was not done within LOOK_SECONDS; now it is."""
    experiment = _lock_waiting(experiment_id)
    if experiment is None:
        return None
    awaits = experiment.awaits or {}
    now = database_now()
    pause = timedelta(seconds=settings.LOOK_SECONDS)
    if what in awaits and now < datetime.fromisoformat(awaits[what]) + pause:
        return None
    experiment.awaits = awaits | {what: now.isoformat()}
    experiment.save(update_fields=["awaits"])
    protocol: dict[str, Any] = experiment.config["protocol"]
    return protocol


def _lock_waiting(experiment_id: int) -> Experiment | None:
    """None if it waits for nothing, or is gone."""
    try:
        experiment = lock_experiment(experiment_id)
    except errors.NotFound:
        return None
    waits = experiment.state == ExperimentState.PAUSED and experiment.awaits is not None
    return experiment if waits else None
