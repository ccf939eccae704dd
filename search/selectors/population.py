"""The evaluated individuals of an experiment as a strategy draws from them: by index, never all of them."""

from collections.abc import Iterator, Sequence

from search.evolution.genotype import Genotype
from search.evolution.selection import Member
from search.models import Experiment, Individual

CHUNK = 10_000
"""Indices in one query: SQLite takes 32,766 values, and no tournament of a sensible search is larger."""
MEMBER = ("completion", "pk", "step", "fitness", "parameters")


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
        rows = Individual.objects.filter(
            experiment=self._experiment, completion__lt=len(self), fitness__isnull=False
        ).order_by("-fitness", "parameters", "step")
        return [(row[0], Member(*row[1:])) for row in rows.values_list(*MEMBER)[first : first + count]]

    def genotype(self, member: Member) -> Genotype:
        return genotype_of(self.individual(member))

    def individual(self, member: Member) -> Individual:
        """The row behind a member, fetched once: the strategy asks for its genotype, its child for its generation."""
        if member.id not in self._individuals:
            self._individuals[member.id] = Individual.objects.select_related("genotype").get(pk=member.id)
        return self._individuals[member.id]

    def since(self, first: int) -> Iterator[tuple[Member, Genotype]]:
        """The members from an index on, in order of completion, with what they are made of."""
        rows = Individual.objects.filter(experiment=self._experiment, completion__gte=first)
        for row in rows.select_related("genotype").order_by("completion"):
            yield Member(row.pk, row.step, row.fitness or 0.0, row.parameters), genotype_of(row)

    def _fetch(self, indices: Sequence[int]) -> dict[int, Member]:
        rows = Individual.objects.filter(experiment=self._experiment, completion__in=indices).order_by()
        values = rows.values_list(*MEMBER)
        return {
            completion: Member(pk, step, fitness, parameters)
            for completion, pk, step, fitness, parameters in values
            if completion is not None and fitness is not None  # the constraints say so; the types do not
        }


def genotype_of(individual: Individual) -> Genotype:
    """The genotype of a row that was fetched with it."""
    row = individual.genotype
    return Genotype.from_json({"space": row.space, "levels": row.levels})
