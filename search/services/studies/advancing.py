"""Studies advance: what is missing of their cells is started, once each.

A cell goes from nothing to its search, from the search's end to the test score of its best network and of those along
the search that were asked for, and from the scores' end to complete. Whoever finds the study at any moment goes on
from there.
"""

from dataclasses import dataclass, field
from uuid import UUID, uuid5

from django.db import transaction

from search.database.clock import database_now
from search.models import (
    Experiment,
    ExperimentState,
    FinalEvaluation,
    ScoreAlong,
    Study,
    StudyCell,
    StudyState,
    WorkState,
)
from search.selectors.evolution_gain import best_along
from search.selectors.finals import best_individuals
from search.selectors.studies import SETTLED, is_budget_spent
from search.services.experiments.lifecycle import create_experiment, start_experiment
from search.services.finals.of_searches import ask_for_finals
from search.services.one_by_one import one_by_one
from search.services.studies.controls import pause_study

LONGEST_NAME = 200
OVER = (ExperimentState.FINISHED, ExperimentState.STOPPED)
"""A failed search can be resumed, so its cell waits for a person."""


@dataclass
class Started:
    """What is to be sent, after the commit."""

    experiments: list[int] = field(default_factory=list)
    finals: list[int] = field(default_factory=list)


@transaction.atomic
def advance_study(*, study_id: int) -> Started:
    """Start what is due of a running study, and finish it when nothing is left. Doing it twice starts nothing twice."""
    started = Started()
    study = Study.objects.select_for_update(no_key=True).filter(pk=study_id, state=StudyState.RUNNING).first()
    if study is None:
        return started
    if is_budget_spent(study):
        pause_study(study_id=study.pk)
        return started
    cells = list(study.cells.filter(complete=False).select_related("experiment", "final"))
    for cell in cells:
        _advance_cell(study, cell, started)
    if all(cell.complete for cell in cells):
        study.state, study.finished_at = StudyState.FINISHED, database_now()
        study.save(update_fields=["state", "finished_at"])
    return started


def advance_studies() -> Started:
    """All running ones, each in a transaction of its own."""
    started = Started()
    ids = list(Study.objects.filter(state=StudyState.RUNNING).order_by("pk").values_list("pk", flat=True))
    for found in one_by_one("study", ids, lambda study_id: advance_study(study_id=study_id)):
        started.experiments += found.experiments
        started.finals += found.finals
    return started


def _advance_cell(study: Study, cell: StudyCell, started: Started) -> None:
    if cell.started_at is None:
        cell.experiment = _search(study, cell)
        cell.started_at = database_now()
        cell.save(update_fields=["experiment", "started_at"])
        started.experiments.append(cell.experiment.pk)
        return
    if cell.final is None and cell.experiment is not None:
        if cell.experiment.state not in OVER:
            return
        _score(study, cell, cell.experiment, started)
    along = FinalEvaluation.objects.filter(along_cells__cell=cell).exclude(state__in=SETTLED)
    if (cell.final is None or cell.final.state in SETTLED) and not along.exists():
        cell.complete = True
        cell.save(update_fields=["complete"])


def _search(study: Study, cell: StudyCell) -> Experiment:
    name = f"{study.title}: {cell.title}, seed {cell.seed}"
    experiment = create_experiment(
        name=name if len(name) <= LONGEST_NAME else f"…{name[1 - LONGEST_NAME :]}",
        config=cell.search,
        launch=uuid5(UUID(str(study.launch)), str(cell.number)),
        owner_id=study.owner_id,
    )
    return start_experiment(experiment_id=experiment.pk)


def _score(study: Study, cell: StudyCell, experiment: Experiment, started: Started) -> None:
    """Ask for its test scores, where any are wanted and a network of the search came to anything."""
    wanted = cell.plan["final"]
    best = best_individuals(experiment, 1) if wanted else []
    if not best:
        return
    moments = cell.plan.get("along", 0)
    along = best_along(experiment, moments) if moments else []
    asked = ask_for_finals(
        [*best, *along], preset=wanted["preset"], over=wanted["over"], owner_id=study.owner_id
    )
    cell.final = asked[0]
    cell.save(update_fields=["final"])
    for row in asked[1:]:
        ScoreAlong.objects.get_or_create(cell=cell, final=row)
    waiting = {row.pk for row in asked if row.state == WorkState.WAITING}
    started.finals += [key for key in dict.fromkeys(row.pk for row in asked) if key in waiting]
