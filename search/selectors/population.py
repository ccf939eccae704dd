"""Population of an experiment as strategies draw from it: by rank or index, never loaded whole."""

from collections.abc import Collection, Iterator, Sequence

from django.db import connection

from search.database import statements
from search.evolution.genotypes.genotype import Genotype
from search.evolution.statistics.objectives import losses, non_dominated
from search.evolution.strategies.population import Member
from search.models import Experiment, Individual

_MEMBERS = """
SELECT i.completion, i.id, i.step, i.fitness, i.parameters, i.multiply_adds, g.depth, e.train_seconds
FROM search_individual i JOIN search_genotype g ON g.id = i.genotype_id
JOIN search_evaluation e ON e.id = i.evaluation_id WHERE i.experiment_id = %s"""
_ORDER = "ORDER BY fitness DESC, parameters, step"
_BY_ID = "WHERE search_individual.id = %s"
_FOUND = (
    "WHERE search_individual.id = (SELECT id FROM search_individual WHERE experiment_id = %s AND {condition})"
)
_PLACED = _FOUND.format(
    condition=f"completion IS NOT NULL AND fitness IS NOT NULL {_ORDER} LIMIT 1 OFFSET %s"
)
_OF_ALL = _FOUND.format(condition=f"completion {{drawn}} {_ORDER} LIMIT 1")


class Population:
    """A `PopulationView` of one experiment as it stands; hold the experiment's lock while drawing from it."""

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._individuals: dict[int, Individual] = {}

    def __len__(self) -> int:
        return self._experiment.population

    def placed(self, place: int) -> Member:
        """Comes with what it is made of, which is asked for next. The database walks its index to the place."""
        return self._member(_PLACED, [self._experiment.pk, place])

    def fittest_of(self, indices: Collection[int]) -> Member:
        """For a few of many; comes with what the winner is made of, too."""
        drawn = statements.numbers(indices)
        if connection.vendor == "postgresql":  # one text for all tournaments
            return self._member(
                _OF_ALL.format(drawn="= ANY(%s::int[])"), [self._experiment.pk, f"{{{drawn}}}"]
            )
        return self._member(_OF_ALL.format(drawn=f"IN ({drawn})"), [self._experiment.pk])

    def _member(self, rest: str, values: list[object]) -> Member:
        [row] = statements.select_with(Individual, "genotype", rest, values)
        self._individuals[row.pk] = row
        return _member_of(row)

    def fittest(self, first: int, count: int) -> list[tuple[int, Member]]:
        order = "ORDER BY i.fitness DESC, i.parameters, i.step LIMIT %s OFFSET %s"
        rest = f"AND i.completion < %s AND i.fitness IS NOT NULL {order}"
        return self._members(rest, [len(self), count, first])

    def youngest(self, count: int) -> list[tuple[int, Member]]:
        rest = "AND i.completion IS NOT NULL AND i.fitness IS NOT NULL ORDER BY i.step DESC LIMIT %s"
        return self._members(rest, [count])[::-1]

    def front(self, objectives: Sequence[str]) -> list[Member]:
        members = [
            row[1] for row in self._members("AND i.completion < %s AND i.fitness IS NOT NULL", [len(self)])
        ]
        places = [losses(member.objectives, objectives) for member in members]
        return [members[index] for index in non_dominated(places)]

    def _members(self, rest: str, values: list[object]) -> list[tuple[int, Member]]:
        rows = statements.ask(f"{_MEMBERS} {rest}", [self._experiment.pk, *values])
        return [
            (completion, Member(key, step, fitness, parameters, multiply_adds, depth or 0, seconds))
            for completion, key, step, fitness, parameters, multiply_adds, depth, seconds in rows
        ]

    def genotype(self, member: Member) -> Genotype:
        return genotype_of(self.individual(member))

    def individual(self, member: Member) -> Individual:
        """The row behind a member, fetched once: the strategy asks for its genotype, its child for its generation."""
        if member.id not in self._individuals:
            [row] = statements.select_with(Individual, "genotype", _BY_ID, [member.id])
            self._individuals[member.id] = row
        return self._individuals[member.id]

    def since(self, first: int) -> Iterator[tuple[Member, Genotype]]:
        """The members from an index on, in order of completion, with what they are made of."""
        rows = Individual.objects.filter(experiment=self._experiment, completion__gte=first)
        for row in rows.select_related("genotype").order_by("completion"):
            yield _member_of(row), genotype_of(row)


def _member_of(row: Individual) -> Member:
    """Of a row that was fetched with its genotype; the training's seconds are read only where they are compared."""
    return Member(
        row.pk, row.step, row.fitness or 0.0, row.parameters, row.multiply_adds, row.genotype.depth or 0
    )


def genotype_of(individual: Individual) -> Genotype:
    """The genotype of a row that was fetched with it."""
    row = individual.genotype
    return Genotype.of_row(row)
