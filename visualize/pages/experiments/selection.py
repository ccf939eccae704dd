"""What can be done with several experiments of the list at once, and what came of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from search import services
from search.models import Experiment, ExperimentState
from search.services.experiments.changes import DELETABLE, Changes, delete_experiment, update_experiment

MOST_SELECTED = 200
TOLD = 3
"""Refusals that a message names; of further ones it says how many."""
State = ExperimentState


@dataclass(frozen=True)
class SelectionAction:
    """One action on a selection."""

    label: str
    """Of its button."""
    done: str
    """How a message begins: done, so many experiments."""
    apply: Callable[..., Any]
    """A service that takes an experiment's id and raises Conflict where its state does not allow it."""
    states: tuple[str, ...] = tuple(State.values)
    """What it can be done to, as far as is known before it is tried."""
    warning: str = ""
    """What cannot be taken back; such an action is asked about first."""


ACTIONS: dict[str, SelectionAction] = {
    "pause": SelectionAction("Pause", "Paused", services.pause_experiment, (State.RUNNING,)),
    "resume": SelectionAction("Resume", "Resumed", services.resume_experiment, (State.PAUSED, State.FAILED)),
    "archive": SelectionAction(
        "Archive", "Archived", partial(update_experiment, changes=Changes(archived=True))
    ),
    "restore": SelectionAction(
        "Back into the list", "Back in the list:", partial(update_experiment, changes=Changes(archived=False))
    ),
    "stop": SelectionAction(
        "Stop",
        "Stopped",
        services.stop_experiment,
        (State.RUNNING, State.PAUSED, State.FAILED),
        "A stopped search cannot be resumed. What is finished is kept; networks that are waiting or in training are "
        "cancelled. To go on later, pause them instead.",
    ),
    "delete": SelectionAction(
        "Delete",
        "Deleted",
        delete_experiment,
        tuple(DELETABLE),
        "Their individuals go with their lineage, notes and tags. It cannot be undone. The fitness of trained "
        "networks is kept for the next experiment that meets them.",
    ),
}


def picked_numbers(texts: Sequence[str]) -> list[int]:
    """Ids from one list or several, in the order given; what is no id is left out."""
    words = ",".join(texts).split(",")
    numbers = [int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 19]
    return list(dict.fromkeys(numbers))[:MOST_SELECTED]


@dataclass(frozen=True)
class SelectionOutcome:
    """What came of an action."""

    done: list[int]
    refused: list[str]

    def sentences(self, action: SelectionAction) -> tuple[str, str]:
        """What was done and what was not; either may be empty."""
        count = len(self.done)
        done = f"{action.done} {count} experiment{'' if count == 1 else 's'}." if count else ""
        more = len(self.refused) - TOLD
        told = [*self.refused[:TOLD], *([f"{more} more were left as they are."] if more > 0 else [])]
        return done, " ".join(told)


def carry_out(action: SelectionAction, experiments: Sequence[Experiment]) -> SelectionOutcome:
    """Each in a transaction of its own: one that refuses keeps no other from its turn."""
    done, refused = [], []
    for experiment in experiments:
        key = experiment.pk
        try:
            action.apply(experiment_id=key)
        except services.NotFound:
            continue  # somebody else has deleted it meanwhile
        except services.Conflict as refusal:
            refused.append(str(refusal))
        else:
            done.append(key)
    return SelectionOutcome(done, refused)
