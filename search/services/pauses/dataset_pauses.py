"""Pause of a search whose data set is missing, and its automatic resumption.

A worker found the data set missing and the search was paused (`postpone_evaluation`), which its row remembers in
`awaits`. The sweep then has a training worker look every so often, for only that one knows what it can read. What a
person has paused awaits nothing, and is never lifted.

A search on a folder of images begins with such a look too, while it runs: what the worker finds is written into its
protocol, so that a folder which changes under its name is another protocol (`FolderContent`).
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from search.database.clock import database_now
from search.evolution.experiments.config import ExperimentConfig
from search.evolution.experiments.datasets import is_folder
from search.evolution.experiments.folder_content import FolderReport, report_sentences
from search.models import Experiment, ExperimentState
from search.services import errors
from search.services.locking import lock_experiment
from search.services.one_by_one import one_by_one
from search.services.pauses.idle_time import IDLE_TIME, count_idle_time, mark_paused
from search.services.pauses.resending import send_again
from search.services.state_log import log_experiment

WAITS = "Waits for data set {dataset}, goes on by itself when it is there. {found}"
BACK = "data set {dataset} is there again"
ASKED, LOOKED, SEEN = "asked", "looked", "seen"
LOOKED_FOR = (ExperimentState.PAUSED, ExperimentState.RUNNING)
REPORTED = ("config", "dataset_report")


def await_data(experiment: Experiment, *, dataset: str, found: str) -> None:
    """Pause a locked, running experiment until its data set is there. `found` says what the worker met. Not saved."""
    mark_paused(experiment, reason=WAITS.format(dataset=dataset, found=found).strip())
    experiment.awaits = {"dataset": dataset}
    log_experiment(experiment)


def begins_unseen(experiment: Experiment, config: ExperimentConfig) -> bool:
    """Whether a worker must look at the folder of a locked, running experiment before anything is proposed; it is
    then remembered in its row."""
    if not is_folder(config.protocol.dataset) or config.protocol.content is not None:
        return False
    if experiment.awaits is None:
        experiment.awaits = {"dataset": config.protocol.dataset}
        experiment.save(update_fields=["awaits"])
    return True


def ask_for_data(*, experiment_id: int | None = None) -> list[int]:
    """Experiments, or that one if it is among them, whose data set a training worker is to look for now: each once in
    LOOK_SECONDS."""
    waiting = Experiment.objects.filter(state__in=LOOKED_FOR, awaits__isnull=False).order_by("pk")
    if experiment_id is not None:
        waiting = waiting.filter(pk=experiment_id)

    def due(pk: int) -> int | None:
        return pk if _is_due(pk, ASKED) is not None else None

    ids = list(waiting.values_list("pk", flat=True))
    return [pk for pk in one_by_one("experiment", ids, due) if pk is not None]


def begin_to_look(*, experiment_id: int) -> dict[str, Any] | None:
    """The protocol whose data a worker is to look for now; None when nobody waits for it, or somebody has just looked.

    So messages that have gathered while all workers trained are answered once.
    """
    return _is_due(experiment_id, LOOKED)


@transaction.atomic
def saw_data(*, experiment_id: int, seen: str, problem: str = "", report: FolderReport | None = None) -> bool:
    """What a worker has found: what it reads, told in a few words, or "" and why it reads nothing. Says whether the
    search goes on now.

    One that is paused does so when two looks have seen the same: a data set that is still being copied would train
    other networks.
    """
    experiment = _lock_waiting(experiment_id)
    if experiment is None:
        return False
    awaits = experiment.awaits or {}
    if experiment.state == ExperimentState.RUNNING:
        return _began(experiment, seen, problem, report)
    if not seen or awaits.get(SEEN) != seen:
        if problem:
            experiment.reason = WAITS.format(dataset=awaits["dataset"], found=problem).strip()
        experiment.awaits = awaits | {SEEN: seen}
        experiment.save(update_fields=["awaits", "reason"])
        return False
    count_idle_time(experiment)
    experiment.state, experiment.reason, experiment.awaits = ExperimentState.RUNNING, "", None
    _keep_report(experiment, report)
    experiment.save(update_fields=["state", "reason", "awaits", *IDLE_TIME, *REPORTED])
    log_experiment(experiment, because=BACK.format(dataset=awaits["dataset"]))
    send_again(experiment)
    return True


def _began(experiment: Experiment, seen: str, problem: str, report: FolderReport | None) -> bool:
    """The first look at the folder of a running search."""
    if not seen:
        await_data(experiment, dataset=(experiment.awaits or {})["dataset"], found=problem)
        experiment.save(update_fields=["state", "reason", "awaits", *IDLE_TIME])
        return False
    experiment.awaits = None
    _keep_report(experiment, report)
    experiment.save(update_fields=["awaits", *REPORTED])
    found = " ".join(report_sentences(experiment.dataset_report)) if experiment.dataset_report else seen
    log_experiment(experiment, dataset=experiment.configuration.protocol.dataset, found=found)
    return True


def _keep_report(experiment: Experiment, report: FolderReport | None) -> None:
    """What a search began on is written down once, and never changed by what the folder holds later."""
    if report is None:
        return
    protocol = experiment.configuration.protocol
    if protocol.content is None or protocol.content == report.content:
        experiment.dataset_report = report.to_json()
        found = protocol.on_content(report.content).model_dump(mode="json")
        experiment.config = experiment.config | {"protocol": found}


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
    return experiment.configuration.protocol.model_dump(mode="json")


def _lock_waiting(experiment_id: int) -> Experiment | None:
    """None if it waits for nothing, or is gone."""
    try:
        experiment = lock_experiment(experiment_id)
    except errors.NotFound:
        return None
    waits = experiment.state in LOOKED_FOR and experiment.awaits is not None
    return experiment if waits else None
