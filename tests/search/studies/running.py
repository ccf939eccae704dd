"""A study worked off in this process: searches by the instant trainer, test scores made up."""

from collections.abc import Callable
from typing import Any

from search.evolution.finals.scores import FinalScore
from search.models import Experiment, FinalEvaluation, Study, StudyState
from search.services.finals.attempts import claim_final, finish_final, record_run
from search.services.studies.advancing import advance_study
from search.services.studies.launching import create_study
from tests.search.final_scores import made_up_score
from tests.search.searching import work_off

SMALL: dict[str, Any] = {
    "scale": 0.001,
    "protocol": {"channels": 4, "steps": 5, "batch_size": 16, "repeats": 1},
    "final_runs": 2,
    "along": 0,
}
"""Of paper-table-1: 2 and 7 networks."""
QUALITY: dict[str, Any] = {
    "hours": 6e-6,
    "seeds": 2,
    "initial_population": 5,
    "final": "none",
    "protocol": SMALL["protocol"],
}
"""Of time-to-quality: some 22 networks of the instant trainer, which says that one takes a millisecond."""


def launched(kind: str = "paper-table-1", **settings: Any) -> Study:
    return create_study(kind=kind, settings=SMALL | settings if kind == "paper-table-1" else settings)


def run_to_its_end(study: Study, *, score: Callable[[int, int], FinalScore] | None = None) -> Study:
    """As the sweep and the workers do it; `score(final id, run)` makes up the test scores."""
    while True:
        started = advance_study(study_id=study.pk)
        for experiment_id in started.experiments:
            work_off(Experiment.objects.get(pk=experiment_id))
        for final_id in dict.fromkeys(started.finals):
            finish(final_id, score or (lambda final, run: made_up_score(5 + (final + run) % 4)))
        study.refresh_from_db()
        if study.state != StudyState.RUNNING:
            return study


def finish(final_id: int, score: Callable[[int, int], FinalScore]) -> None:
    claim = claim_final(final_id=final_id, worker="worker@laptop")
    assert claim is not None
    for run in range(FinalEvaluation.objects.get(pk=final_id).runs):
        record_run(claim=claim, run=run, seed=run + 1, score=score(final_id, run))
    finish_final(claim=claim)


def finished_spaces(**over: Any) -> Study:
    """A comparison of spaces with three networks of each."""
    settings = {"networks": 3, "protocol": SMALL["protocol"]} | over
    return run_to_its_end(
        launched("space", **settings), score=lambda final, run: made_up_score(5 + final % 4)
    )
