"""Completion in one transaction: records the last repeat, settles its individuals, proposes the next one."""

import logging
from dataclasses import dataclass, field

from django.db import DatabaseError, InterfaceError, OperationalError

from search.database import statements
from search.models import Evaluation, Experiment
from search.services.errors import LeaseLost
from search.services.evaluations.claiming import Claim
from search.services.evaluations.outcomes import end_evaluation
from search.services.evaluations.recording import Repeat, finished
from search.services.proposing.proposing import draws_dearly, propose_next

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Completed:
    """What is to be done after an evaluation has ended."""

    send: list[int] = field(default_factory=list)
    """Evaluations to send to workers."""
    advance: list[int] = field(default_factory=list)
    """Experiments to advance."""


def complete_evaluation(*, claim: Claim, last: Repeat, propose: bool) -> Completed | None:
    """Record the last repeat and end the evaluation; with `propose`, propose the next of each experiment, too.

    None when that was not possible in one transaction: nothing is written, and the caller does one after the other,
    so that a finished repeat is recorded whatever else fails. Raises LeaseLost, and what the database raises while
    it is away.
    """
    completed = Completed()

    def finish() -> Evaluation:
        return finished(claim, last)

    def go_on(experiment: Experiment) -> None:
        statements.give_up_waiting()
        if draws_dearly(experiment):  # not behind the locks that are held here
            completed.advance.append(experiment.pk)
            return
        proposed = propose_next(experiment)
        if proposed.send is not None:
            completed.send.append(proposed.send)
        if proposed.more or proposed.unsent:
            completed.advance.append(experiment.pk)

    try:
        if propose:
            end_evaluation(claim.evaluation_id, finish, go_on)
            return completed
        return Completed(advance=end_evaluation(claim.evaluation_id, finish))
    except LeaseLost:
        raise
    except (OperationalError, InterfaceError) as error:
        if not statements.gave_up_waiting(error):
            raise
    except Exception as error:
        level = logging.DEBUG if isinstance(error, DatabaseError) else logging.WARNING
        log.log(level, "evaluation %s is ended in single steps: %s", claim.evaluation_id, error)
    return None
