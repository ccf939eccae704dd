"""A genotype and its network wherever they turn up: who carries and builds them, how they rank and were trained."""

from collections.abc import Sequence
from dataclasses import dataclass

from search.models import Evaluation, Genotype, Individual, WorkState


@dataclass(frozen=True)
class Builders:
    """The first few of some individuals, and how many there are in all."""

    rows: Sequence[Individual]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


def genotype_by_key(key: str) -> Genotype:
    """Raises Genotype.DoesNotExist."""
    return Genotype.objects.get(key=key)


def rank(individual: Individual) -> int | None:
    """1 for the fittest of its experiment; ties share the better rank; None without a fitness."""
    if individual.fitness is None:
        return None
    rows = Individual.objects.filter(experiment=individual.experiment_id, fitness__gt=individual.fitness)
    return 1 + rows.count()


def carriers(genotype: Genotype, *, limit: int = 12) -> Builders:
    """Individuals of all experiments that are this very genotype, latest first."""
    rows = Individual.objects.filter(genotype=genotype)
    return Builders(list(rows.select_related("experiment").order_by("-pk")[:limit]), rows.count())


def same_network(phenotype_key: str, *, besides: Individual | Genotype, limit: int = 12) -> Builders:
    """Individuals of all experiments whose genotype builds this network, however it is written, latest first.

    `besides` is not among them: one individual, or all that are one genotype.
    """
    rows = Individual.objects.filter(genotype__phenotype_key=phenotype_key)
    rows = rows.exclude(genotype=besides) if isinstance(besides, Genotype) else rows.exclude(pk=besides.pk)
    listed = rows.select_related("experiment", "genotype").order_by("-pk")[:limit]
    return Builders(list(listed), rows.count())


def evaluations_of(phenotype_key: str) -> list[Evaluation]:
    """One for every protocol the network was trained under, with its repeats, finished ones first."""
    rows = Evaluation.objects.filter(phenotype_key=phenotype_key).prefetch_related("records").order_by("pk")
    return sorted(rows, key=lambda row: row.state != WorkState.DONE)


def waiting_before(evaluation: Evaluation) -> int:
    """How many evaluations were asked for earlier and wait too."""
    return Evaluation.objects.filter(state=WorkState.WAITING, pk__lt=evaluation.pk).count()
