"""A population in memory, for searches that no database keeps: benchmarks and the contract of the strategies.

Pure Python: must import neither Django nor torch.
"""

from collections.abc import Collection

from search.evolution.genotype import Genotype
from search.evolution.selection import Member, rank


class ListPopulation:
    """A `PopulationView` of what was added, in that order; a member's id is its index."""

    def __init__(self) -> None:
        self.rows: list[tuple[Member, Genotype]] = []

    def __len__(self) -> int:
        return len(self.rows)

    def fittest_of(self, indices: Collection[int]) -> Member:
        return min((self.rows[index][0] for index in indices), key=rank)

    def placed(self, place: int) -> Member:
        return self.fittest(place, 1)[0][1]

    def fittest(self, first: int, count: int) -> list[tuple[int, Member]]:
        ranked = sorted(((i, row[0]) for i, row in enumerate(self.rows)), key=lambda place: rank(place[1]))
        return ranked[first : first + count]

    def genotype(self, member: Member) -> Genotype:
        return self.rows[member.id][1]

    def add(self, genotype: Genotype, fitness: float, *, step: int, parameters: int) -> None:
        """The next one whose evaluation ended; fitness is a fraction 0..1."""
        self.rows.append((Member(len(self.rows), step, fitness, parameters), genotype))
