"""Checking a built table: a seeded share of its networks is trained again.

With the stored seeds the result must be the stored one; with a new seed it must agree within the noise of training.
"""

import random
import statistics
from collections import defaultdict
from dataclasses import dataclass

from search.evolution.evaluation import Job
from search.evolution.experiments.protocol_keys import repeat_seed
from search.evolution.genotypes.genotype import Genotype
from search.evolution.networks.phenotype import build_phenotype
from search.selectors.protocols import key_of
from search.selectors.table_records import trained_curves
from search.tables.plans import Part, TablePlan
from search.worker.attempts import load_trainer


@dataclass(frozen=True)
class TableCheck:
    """What training again found."""

    networks: int
    same: int
    """Networks whose first training came out as stored, to the last image."""
    noise: float
    """Standard deviation of one network's trainings, pooled over the table."""
    spread: float
    """Root mean square of (new seed's accuracy - stored mean), in units of what noise alone makes of it: about 1."""
    kurtosis: float
    """Of the noise, from stored trainings of the same networks: 3 were it normal and alike for all networks. Weak ones
    are noisier, so it is larger, and so is what chance makes of the spread."""

    @property
    def agrees(self) -> bool:
        """Within what 99 % of such samples show: a mean of squares has the variance (kurtosis - 1) / networks."""
        margin: float = 2.576 * ((self.kurtosis - 1) / self.networks) ** 0.5
        return abs(self.spread**2 - 1) <= margin

    def as_text(self) -> str:
        return (
            f"{self.networks} networks trained again: {self.same} came out with the stored seed as stored; with a "
            f"new seed they lie {self.spread:.2f} times as far from the stored means as the noise of "
            f"{100 * self.noise:.2f} points makes them, which {'agrees' if self.agrees else 'does NOT agree'} "
            "with the table"
        )


def check_table(plan: TablePlan, part: Part, *, share: float, seed: int = 0) -> TableCheck:
    """Train a share of a part's networks again, outside any evaluation. Nothing is stored."""
    networks = part.networks()
    stored: dict[str, dict[int, float]] = defaultdict(dict)
    for row in trained_curves(plan.protocol):
        if row.key in networks:
            stored[row.key][row.repeat] = row.accuracy
    several = [list(rows.values()) for rows in stored.values() if len(rows) > 1]
    noise = statistics.fmean(statistics.variance(rows) for rows in several) ** 0.5
    # Differences of two trainings of one network hold no network's mean: they are noise alone.
    apart = [(rows[0] - rows[1]) / (noise * 2**0.5) for rows in several]
    kurtosis = (
        statistics.fmean(value**4 for value in apart) / statistics.fmean(value**2 for value in apart) ** 2
    )
    keys = sorted(key for key, rows in stored.items() if 0 in rows)
    chosen = random.Random(seed).sample(keys, max(3, round(share * len(keys))))
    same, distances = 0, []
    for key in chosen:
        values = list(stored[key].values())
        same += _accuracy(plan, key, networks[key], 0) == stored[key][0]
        again = _accuracy(plan, key, networks[key], plan.protocol.repeats)
        distances.append((again - statistics.fmean(values)) / (noise * (1 + 1 / len(values)) ** 0.5))
    spread = statistics.fmean(distance**2 for distance in distances) ** 0.5
    return TableCheck(len(chosen), same, noise, spread, max(kurtosis, 3.0))


def _accuracy(plan: TablePlan, key: str, genotype: Genotype, repeat: int) -> float:
    """Of one training with the seed that an evaluation's repeat of that number has."""
    seed = repeat_seed(key, key_of(plan.protocol), repeat)
    job = Job(genotype, build_phenotype(genotype), plan.protocol, repeat=repeat, seed=seed)
    return load_trainer()(job, progress=lambda point: None).accuracy
