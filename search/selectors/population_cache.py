"""Cache of slow reads over a population: read again when the population has grown by more than a hundredth."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.core.cache import cache
from django.utils import timezone

from search.models import Experiment, ExperimentState

KEPT_SECONDS = 24 * 3600
ALWAYS = 5000
"""Individuals up to which every single one counts; beyond, every hundredth part of them."""
GROWTH = 1.01

Value = TypeVar("Value")
_edition = 0


@dataclass(frozen=True)
class Cached(Generic[Value]):
    """A value, and when it was read."""

    value: Value
    at: datetime


def cached_for_population(name: str, experiment: Experiment, read: Callable[[], Value]) -> Value:
    return cached_with_age(name, experiment, read).value


def cached_with_age(name: str, experiment: Experiment, read: Callable[[], Value]) -> Cached[Value]:
    """What `read` gave when the experiment was as far as now, or at most a hundredth short of it while it runs.

    Where nothing runs, nothing is short. A result that has changed since counts anew (`revision`): a retry takes one
    from those that failed and gives one to those that are evaluated.
    """
    counters = [experiment.proposed, experiment.evaluated, experiment.failed]
    if experiment.state == ExperimentState.RUNNING:
        counters = [_visible(number) for number in counters]
    far = ".".join(map(str, [*counters, experiment.revision, experiment.state]))
    key = f"kept:{name}:{experiment.pk}:{experiment.created_at.timestamp()}:{far}:{_edition}"
    found: Cached[Value] | None = cache.get(key)
    if found is None:
        found = Cached(read(), timezone.now())
        cache.set(key, found, KEPT_SECONDS)
    return found


def forget() -> None:
    """Nothing that this process keeps is good any more: for who measures how long reading it anew takes."""
    global _edition
    _edition += 1


def _visible(individuals: int) -> int:
    if individuals <= ALWAYS:
        return individuals
    return ALWAYS + math.floor(math.log(individuals / ALWAYS) / math.log(GROWTH))
