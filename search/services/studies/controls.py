"""What people do to studies: pause, resume, stop. Each function is one transaction."""

from django.db import transaction
from django.db.models import Q

from search.database.clock import database_now
from search.models import Experiment, ExperimentState, Study, StudyState, WorkState
from search.selectors.studies import finals_of, is_budget_spent
from search.services import errors
from search.services.experiments.lifecycle import pause_experiment, resume_experiment, stop_experiment
from search.services.finals.asking import stop_final

PAUSED_WITH = "Its study was paused."
OPEN = (ExperimentState.RUNNING, ExperimentState.PAUSED, ExperimentState.FAILED)
State = StudyState


@transaction.atomic
def pause_study(*, study_id: int) -> Study:
    """Nothing more is started, and its running searches pause. Raises NotFound, Conflict."""
    study = _locked(study_id, (State.RUNNING,), "paused")
    for experiment in _searches(study, ExperimentState.RUNNING):
        pause_experiment(experiment_id=experiment.pk, reason=PAUSED_WITH)
    return _put(study, State.PAUSED)


@transaction.atomic
def resume_study(*, study_id: int) -> tuple[Study, list[int]]:
    """It goes on with the searches that paused with it, whose numbers come back to be sent. What a person paused by
    itself stays paused; a budget that is spent is lifted. Raises NotFound, Conflict."""
    study = _locked(study_id, (State.PAUSED,), "resumed")
    if is_budget_spent(study):
        study.settings["device_hours"] = None
        study.save(update_fields=["settings"])
    paused = [row.pk for row in _searches(study, ExperimentState.PAUSED) if row.reason == PAUSED_WITH]
    for experiment_id in paused:
        resume_experiment(experiment_id=experiment_id)
    return _put(study, State.RUNNING), paused


@transaction.atomic
def stop_study(*, study_id: int) -> Study:
    """For good: its searches stop, and test scores that no other study waits for. What is measured stays.

    Raises NotFound, Conflict.
    """
    study = _locked(study_id, (State.RUNNING, State.PAUSED), "stopped")
    for experiment in _searches(study, *OPEN):
        stop_experiment(experiment_id=experiment.pk)
    for final in finals_of(study).filter(state__in=(WorkState.WAITING, WorkState.RUNNING)):
        wanted = Q(cells__final=final) | Q(cells__along__final=final)
        if not Study.objects.filter(wanted, state=State.RUNNING).exclude(pk=study.pk).exists():
            stop_final(final_id=final.pk)
    study.finished_at = database_now()
    return _put(study, State.STOPPED)


def _searches(study: Study, *states: ExperimentState) -> list[Experiment]:
    rows = Experiment.objects.filter(study_cells__study=study, state__in=states)
    return list(rows.order_by("pk").distinct())


def _put(study: Study, state: StudyState) -> Study:
    study.state = state
    study.save(update_fields=["state", "finished_at"])
    return study


def _locked(study_id: int, states: tuple[StudyState, ...], done: str) -> Study:
    study = Study.objects.select_for_update(no_key=True).filter(pk=study_id).first()
    if study is None:
        raise errors.NotFound(errors.NOT_FOUND.format(what="study", key=study_id))
    if study.state not in states:
        raise errors.Conflict(
            errors.NOT_IN_STATE.format(
                what="Study", key=study_id, state=study.state, allowed=" or ".join(states), done=done
            )
        )
    return study
