"""The motifs of a large experiment, kept up to date: what is new is added, instead of counting all again.

The first look counts the whole population; every later one reads what has happened since (`ledger`), and finds what
counting all again would find.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator

from search.evolution.samples import EMPTY, Sample
from search.models import Experiment, Individual, MotifUse, statements
from search.selectors.ledger import Ledger, News
from search.selectors.motif_statistics import STRETCHES, MotifCount, MotifTable, motif_table

LEAST = 2
"""Carriers of a motif that is remembered: most motifs of a large population have one."""
FINE = 64
"""Steps for which fitness is summed apart."""
AT_ONCE = 10_000
"""Values in one statement."""


class MotifTally:
    """One experiment's motifs as they were at the last look."""

    def __init__(self, experiment: Experiment) -> None:
        self._experiment_id = experiment.pk
        self._ledger = Ledger(experiment.pk)
        self._ledger.load()
        table = motif_table(experiment, least=LEAST, stretch=FINE)
        self._counts = {count.motif: count for count in table.counts}
        self._motifs = table.motifs
        self._fine = table.by_stretch
        self._lengthen()

    def __len__(self) -> int:
        return len(self._ledger)

    @property
    def table(self) -> MotifTable:
        wide = max(1, -(-len(self._fine) // STRETCHES))
        return MotifTable(
            individuals=len(self),
            motifs=self._motifs,
            counts=list(self._counts.values()),
            stretch=FINE * wide,
            by_stretch=[sum(self._fine[i : i + wide], EMPTY) for i in range(0, len(self._fine), wide)],
        )

    def look(self) -> None:
        """Raises Unfollowable; this tally is of no use then."""
        known = len(self)
        news = self._ledger.look()
        self._lengthen()
        genotypes = self._ledger.genotypes
        uses = self._uses(
            {genotypes[step] for step in (*news.newcomers, *(row.first for row in news.valued))}
        )
        self._add_fitness(news, uses)
        carried: defaultdict[int, int] = defaultdict(int)
        for step in news.newcomers:
            for motif in uses[genotypes[step]]:
                carried[motif] += 1
        for motif in carried.keys() & self._counts.keys():
            count = self._counts[motif]
            self._counts[motif] = count._replace(carriers=count.carriers + carried[motif])
        self._discover(carried.keys() - self._counts.keys(), known)

    def _lengthen(self) -> None:
        self._fine += [EMPTY] * (-(-len(self) // FINE) - len(self._fine))

    def _add_fitness(self, news: News, uses: dict[int, set[int]]) -> None:
        for row in news.valued:
            change = _sample(row.after) - _sample(row.before)
            self._fine[row.first // FINE] += change
            for motif in uses[self._ledger.genotypes[row.first]] & self._counts.keys():
                count = self._counts[motif]
                self._counts[motif] = count._replace(networks=count.networks + change)

    def _discover(self, motifs: Collection[int], known: int) -> None:
        """Motifs that had one carrier or none before step `known`: few ever get a second."""
        levels: dict[int, int] = {}
        steps: defaultdict[int, set[int]] = defaultdict(set)
        for motif, level, step in self._carriers(motifs):
            levels[motif] = level
            steps[motif].add(step)
        for motif, carriers in steps.items():
            self._motifs += min(carriers) >= known
            if len(carriers) >= LEAST:
                fitness = map(self._ledger.network_fitness, carriers)
                networks = Sample.of(*(value for value in fitness if value is not None))
                self._counts[motif] = MotifCount(motif, levels[motif], len(carriers), min(carriers), networks)

    def _carriers(self, motifs: Collection[int]) -> Iterator[tuple[int, int, int]]:
        """(motif, level, step)."""
        for some in _in_parts(motifs):
            yield from statements.ask(
                f"SELECT m.motif_id, m.level, i.step FROM {MotifUse._meta.db_table} m"
                f" JOIN {Individual._meta.db_table} i ON i.genotype_id = m.genotype_id AND i.experiment_id = %s"
                f" WHERE m.uses > 0 AND m.motif_id IN ({statements.numbers(some)})",
                [self._experiment_id],
            )

    @staticmethod
    def _uses(genotypes: Collection[int]) -> dict[int, set[int]]:
        """Genotype -> motifs that its network uses."""
        found: dict[int, set[int]] = {genotype: set() for genotype in genotypes}
        for some in _in_parts(genotypes):
            for genotype, motif in statements.ask(
                f"SELECT genotype_id, motif_id FROM {MotifUse._meta.db_table}"
                f" WHERE uses > 0 AND genotype_id IN ({statements.numbers(some)})"
            ):
                found[genotype].add(motif)
        return found


def _sample(fitness: float | None) -> Sample:
    return EMPTY if fitness is None else Sample.of(fitness)


def _in_parts(values: Collection[int]) -> Iterator[list[int]]:
    listed = sorted(values)
    for start in range(0, len(listed), AT_ONCE):
        yield listed[start : start + AT_ONCE]
