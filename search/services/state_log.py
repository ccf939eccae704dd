"""Log lines for state changes of experiments and evaluations, written after the commit that made them.

Nothing is logged for a transaction that was rolled back or lost a race.
"""

import logging
from collections.abc import Iterable
from functools import partial

from django.db import transaction

from search.logcontext import present_fields
from search.models import Evaluation, Experiment

log = logging.getLogger("search.journal")

EXPERIMENT, EVALUATION = "experiment", "evaluation"
"""What an event is about: a line about an experiment may be written on behalf of an evaluation that ended it."""


def log_experiment(experiment: Experiment, **fields: object) -> None:
    """An experiment is in the state of its row now. `fields` say more."""
    if experiment.reason:
        fields = {**fields, "reason": experiment.reason}
    message = f"experiment {experiment.pk} is {experiment.state}"
    _tell(message, event=EXPERIMENT, experiment=experiment.pk, state=str(experiment.state), **fields)


def log_evaluation(evaluation: Evaluation, **fields: object) -> None:
    """An evaluation is in the state of its row now."""
    if evaluation.reason:
        fields = {**fields, "reason": evaluation.reason}
    log_evaluations([evaluation.pk], evaluation.state, **fields)


def log_evaluations(evaluation_ids: Iterable[int], state: str, **fields: object) -> None:
    for key in evaluation_ids:
        _tell(f"evaluation {key} is {state}", event=EVALUATION, evaluation=key, state=str(state), **fields)


def _tell(message: str, **fields: object) -> None:
    if not log.isEnabledFor(logging.INFO):
        return
    now = {**present_fields(), **fields}  # the commit may come when other things are going on
    transaction.on_commit(partial(log.info, message, extra={"fields": now}))
