"""What takes long to read of a large population is read anew when the population has visibly grown."""

import math
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

from search.models import Experiment

KEPT_SECONDS = 24 * 3600
ALWAYS = 5000
"""Individuals up to which every single one counts; beyond, every hundredth part of them."""
GROWTH = 1.01

Value = TypeVar("Value")
_edition = 0


def kept(name: str, experiment: Experiment, read: Callable[[], Value]) -> Value:
    """What `read` gave when the experiment was as far as now, or at most a hundredth short of it.

    The end of a search is never short: its state is part of what "as far" means.
    """
    done = experiment.evaluated + experiment.failed
    far = f"{_visible(experiment.proposed)}.{_visible(done)}.{experiment.state}"
    key = f"kept:{name}:{experiment.pk}:{experiment.created_at.timestamp()}:{far}:{_edition}"
    found: tuple[Value] | None = cache.get(key)
    if found is None:
        found = (read(),)  # in a tuple, for a value may be None
        cache.set(key, found, KEPT_SECONDS)
    return found[0]


def forget() -> None:
    """Nothing that this process keeps is good any more: for who measures how long reading it anew takes."""
    global _edition
    _edition += 1


def _visible(individuals: int) -> int:
    if individuals <= ALWAYS:
        return individuals
    return ALWAYS + math.floor(math.log(individuals / ALWAYS) / math.log(GROWTH))
