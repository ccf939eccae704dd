"""Carrier trend: share of individuals that carry a motif, over the steps."""

from collections import Counter
from dataclasses import dataclass

from search.models import Experiment
from search.selectors.motifs.statistics import carried_at
from search.selectors.population_cache import cached_for_population

BINS = 30
PER_BIN = 60
"""Individuals of one bin that are looked at: of larger populations every second, third, …"""
WIDTH, HEIGHT = 120.0, 28.0


@dataclass(frozen=True)
class CarrierTrend:
    """One motif's line. `d` values of paths over WIDTH x HEIGHT, the highest value at the top."""

    line: str
    area: str
    peak: float
    last: float
    """Shares at the highest and at the last place, fractions."""


@dataclass(frozen=True)
class Shares:
    """What the sampled individuals carry."""

    every: int
    """One of so many individuals was sampled."""
    sizes: list[int]
    """Sampled individuals in each bin."""
    carried: dict[int, Counter[int]]
    """Motif -> bin -> sampled carriers."""

    def values(self, motif: int) -> list[float]:
        found = self.carried.get(motif, Counter())
        return [found[place] / size for place, size in enumerate(self.sizes)]

    def share(self, motif: int) -> CarrierTrend:
        return drawn(self.values(motif))


def shares_of(experiment: Experiment) -> Shares:
    """The sample for all motifs at once: it is the same whichever of them a page shows."""
    return cached_for_population("motif-shares", experiment, lambda: _sample(experiment))


def _sample(experiment: Experiment) -> Shares:
    total = experiment.proposed
    every = max(1, -(-total // (BINS * PER_BIN)))
    steps = range(0, total, every)
    bins = min(BINS, len(steps))
    sizes = Counter(step * bins // total for step in steps)
    carried: dict[int, Counter[int]] = {}
    for step, motif in carried_at(experiment.pk, steps) if total else ():
        carried.setdefault(motif, Counter())[step * bins // total] += 1
    return Shares(every, [sizes[place] for place in range(bins)], carried)


def drawn(values: list[float]) -> CarrierTrend:
    peak = max(values, default=0.0)
    if not peak:
        return CarrierTrend("", "", 0.0, 0.0)
    across = WIDTH / max(1, len(values) - 1)
    places = [(across * i, HEIGHT - 1 - (HEIGHT - 3) * value / peak) for i, value in enumerate(values)]
    if len(places) == 1:  # one bin: a level line
        places.append((WIDTH, places[0][1]))
    line = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    return CarrierTrend(line, f"{line}V{HEIGHT:g}H0Z", peak, values[-1])
