"""Many rows looked after one by one: what is wrong with one of them keeps nobody from the others."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from search.database.retrying import AWAY

log = logging.getLogger(__name__)

Result = TypeVar("Result")


def one_by_one(what: str, keys: Iterable[int], act: Callable[[int], Result]) -> list[Result]:
    """What `act` gives for each key. One that fails is logged and passed over; a database that is away is raised."""
    found = []
    for key in keys:
        try:
            found.append(act(key))
        except AWAY:
            raise
        except Exception:
            log.exception("%s %s is passed over", what, key)
    return found
