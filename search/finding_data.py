"""A training worker looks for the data set that a paused search waits for."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, cast

from django.utils.module_loading import import_string

from search import services
from search.attempts import load_trainer
from search.outages import insist

log = logging.getLogger(__name__)

LOOK = "search.training.datasets.look_at"
"""By its dotted path, as the trainer: it loads torch, and only where trainings do."""
Look = Callable[[Mapping[str, Any]], str]


def find_data(*, experiment_id: int) -> bool:
    """Look once, if it is time to. Says whether the search goes on and is to be advanced."""
    protocol = services.begin_to_look(experiment_id=experiment_id)
    if protocol is None:
        return False
    try:
        load_trainer()  # first, for it says how many threads torch may use
        seen = cast(Look, import_string(LOOK))(protocol)
    except Exception:  # a folder that changes while it is read, for instance: look again later
        log.exception("could not look for the data set of experiment %s", experiment_id)
        return False
    return insist(lambda: services.saw_data(experiment_id=experiment_id, seen=seen))
