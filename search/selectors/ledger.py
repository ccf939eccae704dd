"""Every individual's fitness as this process last saw it, and what has become of it since.

A statistic over a whole population is kept by those who remember it and add what is new; this says what is new. Nobody
writes it down: the search stays as lean as it is, and whatever changes an individual (a retry, a further repeat, an
import, a hand at the database) is seen, for fitness is compared stretch by stretch with a hash that the database makes.
"""

import math
from array import array
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import connection

from search.models import Individual, statements

STRETCH = 1000
"""Steps under one hash: what is read again when one of them has changed."""
NONE = math.nan
_TABLE = Individual._meta.db_table
_COLUMNS = f"SELECT step, genotype_id, evaluation_id, fitness FROM {_TABLE} WHERE experiment_id = %s"


class Unfollowable(Exception):
    """What is kept cannot be continued; begin anew: an individual has moved to another evaluation, or is gone."""


class Valued(NamedTuple):
    """A network whose fitness has changed."""

    first: int
    """The earliest step that has it."""
    before: float | None
    after: float | None


@dataclass(frozen=True)
class News:
    """What has happened since the last look."""

    newcomers: Sequence[int] = ()
    """Steps, in order."""
    valued: list[Valued] = field(default_factory=list)


class Ledger:
    """One experiment. Steps are dense, and an individual's genotype never changes; its fitness may, in any way."""

    def __init__(self, experiment_id: int) -> None:
        self._experiment_id = experiment_id
        self._fitness = array("d")
        self._evaluations = array("q")
        self.genotypes = array("q")
        """By step: primary keys."""
        self._first: dict[int, int] = {}
        self._best: dict[int, float] = {}
        """Evaluation -> step, fitness."""
        self._hashes: dict[int, tuple[int, int]] = {}

    def __len__(self) -> int:
        return len(self._fitness)

    def network_fitness(self, step: int) -> float | None:
        """Of the network that came up first at a step; None for a copy of an earlier one, or without a fitness."""
        evaluation = self._evaluations[step]
        return self._best.get(evaluation) if self._first[evaluation] == step else None

    def load(self) -> None:
        """Read everything. Like `look` in a snapshot, with whatever else is read beside it.

        Raises Unfollowable where a step is missing.
        """
        self._hashes = _hashes(self._experiment_id)
        rows = statements.ask(f"{_COLUMNS} ORDER BY step", [self._experiment_id])
        if not rows:
            return
        steps, genotypes, evaluations, fitness = zip(*rows, strict=True)
        if steps != tuple(range(len(rows))):
            raise Unfollowable
        self.genotypes = array("q", genotypes)
        self._evaluations = array("q", evaluations)
        self._fitness = array("d", [NONE if value is None else value for value in fitness])
        self._first = dict(zip(reversed(evaluations), reversed(steps), strict=True))  # the earliest wins
        self._find_best(self._first.keys())

    def look(self) -> News:
        """Read what is new, and remember it. Raises Unfollowable; this ledger is of no use then."""
        known, hashes = len(self), _hashes(self._experiment_id)
        places = {*self._hashes, *hashes}
        changed = {place for place in places if self._hashes.get(place) != hashes.get(place)}
        rows = self._rows(changed)
        self._hashes = hashes
        before: dict[int, float | None] = {}  # evaluation -> fitness of the network
        lost: set[int] = set()
        for step, genotype, evaluation, fitness in rows:
            value = NONE if fitness is None else float(fitness)
            if step >= known:
                self._append(step, genotype, evaluation)
            elif self._evaluations[step] != evaluation:
                raise Unfollowable
            old = self._fitness[step]
            if value == old or (math.isnan(value) and math.isnan(old)):
                continue
            before.setdefault(evaluation, self._best.get(evaluation))
            self._fitness[step] = value
            if math.isnan(old):
                self._best[evaluation] = max(value, self._best.get(evaluation, value))
            else:
                lost.add(evaluation)
        self._find_best(lost)
        valued = [
            Valued(self._first[evaluation], value, self._best.get(evaluation))
            for evaluation, value in before.items()
            if value != self._best.get(evaluation)
        ]
        return News(range(known, len(self)), valued)

    def _append(self, step: int, genotype: int, evaluation: int) -> None:
        if step != len(self):
            raise Unfollowable
        self.genotypes.append(genotype)
        self._evaluations.append(evaluation)
        self._fitness.append(NONE)
        self._first.setdefault(evaluation, step)

    def _find_best(self, evaluations: Set[int]) -> None:
        """Of networks of which a fitness has changed or gone, from all their individuals."""
        best = self._best
        for evaluation in evaluations:
            best.pop(evaluation, None)
        if not evaluations:
            return
        for evaluation, fitness in zip(self._evaluations, self._fitness, strict=True):
            if fitness > best.get(evaluation, -1.0) and evaluation in evaluations:  # NONE is above nothing
                best[evaluation] = fitness

    def _rows(self, changed: set[int]) -> list[tuple[int, int, int, float | None]]:
        """(step, genotype, evaluation, fitness) by step: of changed stretches, of what is new and of what is open, and
        may have moved to another evaluation. All of a changed stretch must be there."""
        known = len(self)
        conditions = [f"step >= {known:d}"]
        conditions += [
            f"(step >= {STRETCH * place:d} AND step < {min(known, STRETCH * place + STRETCH):d})"
            for place in changed
            if STRETCH * place < known
        ]
        rows = statements.ask(f"{_COLUMNS} AND ({' OR '.join(conditions)})", [self._experiment_id])
        expected = sum(max(0, min(known, STRETCH * (place + 1)) - STRETCH * place) for place in changed)
        if sum(row[0] < known for row in rows) != expected:
            raise Unfollowable
        is_open = ", ".join(f"'{state}'" for state in Individual.OPEN)
        rows += statements.ask(f"{_COLUMNS} AND state IN ({is_open})", [self._experiment_id])
        return sorted(set(rows))


def _hashes(experiment_id: int) -> dict[int, tuple[int, int]]:
    """Stretch -> (individuals with a fitness, hash of their steps and fitness), from an index alone."""
    if connection.vendor == "postgresql":
        together = "BIT_XOR(HASHFLOAT8EXTENDED(fitness, step))"
    else:
        together = "GROUP_CONCAT(step || ' ' || QUOTE(fitness))"
    rows = statements.ask(
        f"SELECT step / {STRETCH:d}, COUNT(*), {together} FROM {_TABLE}"
        " WHERE experiment_id = %s AND fitness IS NOT NULL GROUP BY 1",
        [experiment_id],
    )
    return {int(place): (int(count), hash(found)) for place, count, found in rows}
