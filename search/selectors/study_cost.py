"""Cost of a study before it starts: networks, trainings for test scores, device time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from search.evolution.estimates.search_cost import given_seconds, trained_share, typical_seconds
from search.evolution.estimates.training_cost import ENOUGH, Timing
from search.evolution.experiments.config import ExperimentConfig, Protocol
from search.evolution.experiments.seeds import seed_genotype
from search.evolution.finals.presets import final_from_preset
from search.evolution.finals.protocol import final_key
from search.evolution.studies.records import StudyCell
from search.models import FinalRun, Individual
from search.selectors.protocols import keys_of

TIMINGS = 200
"""The latest recorded trainings of a protocol that are looked at."""


@dataclass(frozen=True)
class StudyCost:
    """What all cells take together, at most: networks that several searches try are trained once."""

    cells: int
    networks: int
    """Individuals of all searches."""
    final_trainings: int
    """Those of networks along searches included."""
    search_seconds: float
    """Of devices."""
    final_seconds: float
    recorded: int
    """Trainings that it rests on; 0: arithmetic alone, for one CPU core."""

    @property
    def seconds(self) -> float:
        return self.search_seconds + self.final_seconds

    @property
    def basis(self) -> str:
        """For people."""
        if self.recorded:
            return f"from {self.recorded:,} recorded trainings under the same protocol"
        return (
            "from arithmetic for one CPU core; a GPU is many times faster, and a few trainings make it exact"
        )


def study_cost(cells: Sequence[StudyCell]) -> StudyCost:
    """Of cells as `study_cells` gives them."""
    timings: dict[tuple[str, ...], list[Timing]] = {}
    searched = scored = 0.0
    networks = finals = 0
    for cell in cells:
        keys = keys_of(cell.search.protocol)
        if keys not in timings:
            timings[keys] = _timings(keys)
        planned, seconds = _search(cell.search, timings[keys])
        networks += planned
        searched += seconds
        if cell.final:
            protocol = final_from_preset(cell.final.preset, cell.search.protocol, cell.final.over)
            # Along a search the best of its end is the best network itself.
            scores = max(1, min(cell.along + 1, planned) if cell.along else 1)
            finals += scores * protocol.repeats
            scored += scores * _final_seconds(cell.search, protocol)
    recorded = sum(len(found) for found in timings.values() if len(found) >= ENOUGH)
    return StudyCost(len(cells), networks, finals, searched, scored, recorded)


def _search(config: ExperimentConfig, timings: list[Timing]) -> tuple[int, float]:
    """Networks of one search, and what they take: what its budget of device hours leaves."""
    each = trained_share(config) * _seconds(config, config.protocol, timings)
    networks, hours = config.budget.individuals, config.budget.device_hours
    if hours is not None:
        networks = min(networks, max(1, math.ceil(3600 * hours / each)))
    return networks, networks * each


def _seconds(config: ExperimentConfig, protocol: Protocol, timings: Sequence[Timing] = ()) -> float:
    """One network of the search, all repeats: of the given one where it is to train no other."""
    given = config.strategy.start_from
    if config.budget.individuals == 1 and given:
        return given_seconds(seed_genotype(given[0].genotype, config.space), protocol, timings=timings)
    mutations = config.strategy.initial_mutations
    return typical_seconds(config.space, protocol, mutations=mutations, timings=timings)


def _final_seconds(config: ExperimentConfig, protocol: Protocol) -> float:
    """All runs of one test score."""
    found = FinalRun.objects.filter(final__protocol_key=final_key(protocol)).order_by("-pk")
    known = list(found.values_list("seconds", flat=True)[:TIMINGS])
    if len(known) >= ENOUGH:
        return protocol.repeats * fmean(known)
    return _seconds(config, protocol)


def _timings(keys: tuple[str, ...]) -> list[Timing]:
    """Of whole evaluations, the latest."""
    rows = Individual.objects.filter(
        completion__isnull=False, evaluation__protocol_key__in=keys, evaluation__repeats=None
    ).order_by("-pk")
    found = rows.values_list("multiply_adds", "evaluation__train_seconds")[:TIMINGS]
    return [(size, seconds) for size, seconds in found if seconds > 0]
