"""Data set watch: looks for the data set that a paused search waits for."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, cast

from django.utils.module_loading import import_string

from search import services
from search.database.retrying import insist
from search.database.texts import storable
from search.evolution.experiments.folder_content import Look
from search.worker.attempts import load_trainer

log = logging.getLogger(__name__)

LOOK = "search.training.data.datasets.look_at"
"""By its dotted path, as the trainer: it loads torch, and only where trainings do."""
Looker = Callable[[Mapping[str, Any]], Look]


def find_data(*, experiment_id: int) -> bool:
    """Look once, if it is time to. Says whether the search goes on and is to be advanced."""
    protocol = services.begin_to_look(experiment_id=experiment_id)
    if protocol is None:
        return False
    try:
        load_trainer()  # first, for it says how many threads torch may use
        look = cast(Looker, import_string(LOOK))(protocol)
    except Exception:  # a folder that changes while it is read, for instance: look again later
        log.exception("could not look for the data set of experiment %s", experiment_id)
        return False
    problem = storable(look.problem)
    return insist(
        lambda: services.saw_data(
            experiment_id=experiment_id, seen=look.seen, problem=problem, report=look.report
        )
    )
