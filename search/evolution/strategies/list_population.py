"""In-memory population, for searches without a database: benchmarks and contract tests.

Pure Python: must import neither Django nor torch.
"""

from collections.abc import Collection, Sequence

from search.evolution.genotypes.genotype import Genotype
from search.evolution.statistics.objectives import losses, non_dominated
from search.evolution.strategies.population import Member, rank


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

    def youngest(self, count: int) -> list[tuple[int, Member]]:
        by_step = sorted(((i, row[0]) for i, row in enumerate(self.rows)), key=lambda row: row[1].step)
        return by_step[-count:]

    def front(self, objectives: Sequence[str]) -> list[Member]:
        members = [row[0] for row in self.rows]
        places = [losses(member.objectives, objectives) for member in members]
        return [members[index] for index in non_dominated(places)]

    def genotype(self, member: Member) -> Genotype:
        return self.rows[member.id][1]

    def add(
        self,
        genotype: Genotype,
        fitness: float,
        *,
        step: int,
        parameters: int,
        multiply_adds: int = 0,
        depth: int = 0,
    ) -> None:
        """The next one whose evaluation ended; fitness is a fraction 0..1."""
        member = Member(len(self.rows), step, fitness, parameters, multiply_adds, depth)
        self.rows.append((member, genotype))
