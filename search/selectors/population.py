"""The evaluated individuals of an experiment as a strategy draws from them: by index, never all of them."""

from collections.abc import Iterator, Sequence

from search import models
from search.evolution.genotype import Genotype
from search.evolution.selection import Member
from search.models import Experiment, Individual, statements

CHUNK = 10_000
"""Indices in one query: SQLite takes 32,766 values, and no tournament of a sensible search is larger."""
_MEMBERS = "SELECT completion, id, step, fitness, parameters FROM search_individual WHERE experiment_id = %s"


class Population:
    """A `PopulationView` of one experiment as it stands; hold the experiment's lock while drawing from it."""

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._individuals: dict[int, Individual] = {}

    def __len__(self) -> int:
        return self._experiment.population

    def members(self, indices: Sequence[int]) -> list[Member]:
        found: dict[int, Member] = {}
        for start in range(0, len(indices), CHUNK):
            found.update(self._fetch(indices[start : start + CHUNK]))
        return [found[index] for index in indices]

    def fittest(self, first: int, count: int) -> list[tuple[int, Member]]:
        rows = statements.ask(
            f"{_MEMBERS} AND completion < %s AND fitness IS NOT NULL"
            " ORDER BY fitness DESC, parameters, step LIMIT %s OFFSET %s",
            [self._experiment.pk, len(self), count, first],
        )
        return [(row[0], Member(*row[1:])) for row in rows]

    def genotype(self, member: Member) -> Genotype:
        return genotype_of(self.individual(member))

    def individual(self, member: Member) -> Individual:
        """The row behind a member, fetched once: the strategy asks for its genotype, its child for its generation."""
        if member.id not in self._individuals:
            [row] = statements.select(Individual, "WHERE id = %s", [member.id])
            [row.genotype] = statements.select(models.Genotype, "WHERE id = %s", [row.genotype_id])
            self._individuals[member.id] = row
        return self._individuals[member.id]

    def since(self, first: int) -> Iterator[tuple[Member, Genotype]]:
        """The members from an index on, in order of completion, with what they are made of."""
        rows = Individual.objects.filter(experiment=self._experiment, completion__gte=first)
        for row in rows.select_related("genotype").order_by("completion"):
            yield Member(row.pk, row.step, row.fitness or 0.0, row.parameters), genotype_of(row)

    def _fetch(self, indices: Sequence[int]) -> dict[int, Member]:
        sql = f"{_MEMBERS} AND completion IN ({statements.numbers(indices)})"
        rows = statements.ask(sql, [self._experiment.pk])
        return {completion: Member(*member) for completion, *member in rows}


def genotype_of(individual: Individual) -> Genotype:
    """The genotype of a row that was fetched with it."""
    row = individual.genotype
    return Genotype.from_json({"space": row.space, "levels": row.levels})
