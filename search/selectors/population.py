"""The evaluated individuals of an experiment as a strategy draws from them: by place or index, never all."""

from collections.abc import Collection, Iterator

from django.db import connection

from search.evolution.genotype import Genotype
from search.evolution.selection import Member
from search.models import Experiment, Individual, statements

_MEMBERS = "SELECT completion, id, step, fitness, parameters FROM search_individual WHERE experiment_id = %s"
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
        return Member(row.pk, row.step, row.fitness or 0.0, row.parameters)

    def fittest(self, first: int, count: int) -> list[tuple[int, Member]]:
        rows = statements.ask(
            f"{_MEMBERS} AND completion < %s AND fitness IS NOT NULL {_ORDER} LIMIT %s OFFSET %s",
            [self._experiment.pk, len(self), count, first],
        )
        return [(row[0], Member(*row[1:])) for row in rows]

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
            yield Member(row.pk, row.step, row.fitness or 0.0, row.parameters), genotype_of(row)


def genotype_of(individual: Individual) -> Genotype:
    """The genotype of a row that was fetched with it."""
    row = individual.genotype
    return Genotype.from_json({"space": row.space, "levels": row.levels})
