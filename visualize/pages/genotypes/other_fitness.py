"""Other fitnesses of a network, from other searches, and why each of them differs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from search.models import Individual
from visualize.pages.shared.protocol_differences import protocol_differences

MOST = 4
DIFFERENT = "measured differently: {differing}"
OTHER_CONTEXT = "each rests on weights that its own search made"
REPEATS = "the mean of {there} against {here} trainings under the same protocol"
CHANCE = "the same protocol with another seed or split: what differs is noise of training"
TRAINER = "the same protocol with another version or kind of trainer"


@dataclass(frozen=True)
class OtherFitness:
    """One of them."""

    individual: Individual
    why: str
    diff: str
    """The address of the page that judges the difference."""


def other_fitnesses(here: Individual, others: Iterable[Individual]) -> list[OtherFitness]:
    """Of those that have one and not by sharing `here`'s training, one for each training; the rows come with their
    evaluations and experiments."""
    found: dict[int, OtherFitness] = {}
    for row in others:
        mine = row.evaluation_id == here.evaluation_id
        if mine or row.fitness is None or here.fitness is None or row.evaluation_id in found:
            continue
        sides = {"left": f"{here.experiment_id}/{here.step}", "right": f"{row.experiment_id}/{row.step}"}
        address = f"{reverse('diff')}?{urlencode(sides, safe='/')}"
        found[row.evaluation_id] = OtherFitness(row, _why(here, row), address)
    return list(found.values())[:MOST]


def _why(here: Individual, there: Individual) -> str:
    one, other = here.evaluation, there.evaluation
    if differing := protocol_differences(one.protocol, other.protocol):
        return DIFFERENT.format(differing=", ".join(differing))
    if one.context_key != other.context_key:
        return OTHER_CONTEXT
    if _repeats(here) != _repeats(there):
        return REPEATS.format(there=_repeats(there), here=_repeats(here))
    return CHANCE if _chance(one.protocol) != _chance(other.protocol) else TRAINER


def _repeats(row: Individual) -> int:
    return row.repeats or int(row.evaluation.protocol.get("repeats") or 1)


def _chance(protocol: Mapping[str, Any]) -> tuple[object, object]:
    return protocol.get("seed"), protocol.get("split_seed")
