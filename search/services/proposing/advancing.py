"""Turns of proposing: for a while each, drawn before a lock is taken where drawing takes long."""

import logging
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models.functions import Now

from search.database import statements
from search.database.clock import ended_now
from search.evolution.strategies import NoCandidate, make_strategy
from search.models import Evaluation, Experiment, ExperimentState
from search.services.errors import NotFound
from search.services.evaluations.outcomes import save_counters
from search.services.locking import lock_experiment
from search.services.proposing.candidates import Candidates
from search.services.proposing.proposing import Proposed, draws_dearly, generator_of, propose_next, searched
from search.services.state_log import log_experiment

log = logging.getLogger(__name__)

WHILE_SECONDS = 2.0
WHILE_PROPOSALS = 200
BREAK_SHARE, LONGEST_BREAK = 0.25, 0.05
"""One experiment's turn at proposing; others, and the sweep, come between."""

_NOBODY = threading.Event()
"""Waited for to let others write: it waits by the monotonic clock alone, whatever becomes of the machine's."""


def advance_experiment(*, experiment_id: int) -> list[int]:
    """Propose until as many individuals are open as the budget allows, each in a transaction of its own.

    Returns the evaluations to send to workers: new ones, and waiting ones whose last message was refused.
    An exception inside proposing fails the experiment with its reason; a database that is away is no such
    reason and is raised.
    """
    to_send: list[int] = []
    while True:
        advanced = advance_for_a_while(experiment_id=experiment_id)
        to_send += advanced.send
        if not advanced.more:
            return to_send


@dataclass(frozen=True)
class Advanced:
    """What a while of proposing has brought."""

    send: list[int]
    """Evaluations to send to workers."""
    more: bool = False
    """There is room left: the caller asks again later, after others had their turn."""


def advance_for_a_while(
    *, experiment_id: int, seconds: float = WHILE_SECONDS, proposals: int = WHILE_PROPOSALS
) -> Advanced:
    """As `advance_experiment`, but no longer than that and at least one proposal: who takes steps for all experiments
    takes the next one's then."""
    to_send = _take_unsent(experiment_id)
    late = time.monotonic() + seconds
    for _ in range(proposals):
        began = time.monotonic()
        try:
            draw_ahead(experiment_id)
            proposed = propose_under_lock(experiment_id)
        except (OperationalError, InterfaceError):
            raise
        except NotFound:
            log.info("experiment %s was deleted before its message came", experiment_id)
            return Advanced(to_send)
        except Exception as error:
            log.exception("experiment %s: proposing failed", experiment_id)
            _fail_experiment(experiment_id, error)
            return Advanced(to_send)
        if proposed.send is not None:
            to_send.append(proposed.send)
        if not proposed.more:
            return Advanced(to_send)
        if time.monotonic() > late:
            break
        if connection.vendor == "sqlite":  # one lock for all, and who waits for it looks only now and then
            _NOBODY.wait(min(LONGEST_BREAK, BREAK_SHARE * (time.monotonic() - began)))
    return Advanced(to_send, more=True)


def draw_ahead(experiment_id: int) -> None:
    """Draw the next initial genotype before its experiment is locked, where that takes long: on SQLite the lock is
    everybody's. What is drawn behind the lock is then known; if somebody else proposes meanwhile it is drawn there."""
    experiment = Experiment.objects.filter(pk=experiment_id, state=ExperimentState.RUNNING).first()
    if experiment is None or not draws_dearly(experiment):
        return
    config = experiment.configuration
    candidates = Candidates(config.protocol.shape_host, config.search_space.max_parameters, None)
    strategy = make_strategy(config.strategy, config.search_space, candidates.accept, candidates.costs)
    with suppress(NoCandidate):  # told behind the lock
        strategy.initial(generator_of(config, searched(experiment, config)))


@transaction.atomic
def propose_under_lock(experiment_id: int) -> Proposed:
    experiment = lock_experiment(experiment_id)
    proposed = propose_next(experiment)
    save_counters(experiment)
    return proposed


def _take_unsent(experiment_id: int) -> list[int]:
    """Waiting evaluations of a running experiment that no message carries. There are none in most steps, so that
    is asked first, without a transaction."""
    if not statements.ask(f"SELECT 1 {_UNSENT} LIMIT 1", [experiment_id]):
        return []
    with transaction.atomic():
        skip = "FOR NO KEY UPDATE OF search_evaluation SKIP LOCKED" if statements.locked() else ""
        found = statements.ask(
            f"SELECT search_evaluation.id {_UNSENT} ORDER BY search_evaluation.id {skip}", [experiment_id]
        )
        ids = [pk for (pk,) in found]
        Evaluation.objects.filter(pk__in=ids).update(sent_at=Now())
    return ids


_UNSENT = """
FROM search_evaluation WHERE state = 'waiting' AND sent_at IS NULL
AND reason_code <> 'waits_for_artifact' AND EXISTS (
  SELECT 1 FROM search_individual i JOIN search_experiment x ON x.id = i.experiment_id
  WHERE i.evaluation_id = search_evaluation.id AND i.experiment_id = %s AND i.state = 'waiting'
    AND x.state = 'running'
)
"""


@transaction.atomic
def _fail_experiment(experiment_id: int, error: Exception) -> None:
    experiment = lock_experiment(experiment_id)
    if experiment.state != ExperimentState.RUNNING:
        return
    experiment.state = ExperimentState.FAILED
    experiment.reason = f"Step {experiment.proposed} could not be proposed: {error or type(error).__name__}"
    experiment.finished_at = experiment.finished_at or ended_now(experiment.started_at)
    experiment.save(update_fields=["state", "reason", "finished_at"])
    log_experiment(experiment)
