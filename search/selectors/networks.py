"""Reads about one network over all experiments: carriers, rank, trainings."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Max

from search.models import Evaluation, Experiment, Genotype, Individual, WorkState
from search.selectors.twins import fitness_counts


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


@dataclass(frozen=True)
class Standing:
    """Where an individual stands among the networks of its experiment; twins count once."""

    rank: int
    """1 for the fittest; ties share the better rank."""
    networks: int
    """Evaluated in all, itself among them."""
    fitter_than: int | None
    """Per cent of the other networks; None where there is no other."""
    as_fit_as: int | None
    """Per cent of the others that are exactly as fit."""


def standing(individual: Individual) -> Standing | None:
    """None without a fitness."""
    if individual.fitness is None:
        return None
    counts = fitness_counts(individual.experiment)
    total = sum(networks for _, networks in counts)
    above = sum(networks for fitness, networks in counts if fitness > individual.fitness)
    below = sum(networks for fitness, networks in counts if fitness < individual.fitness)
    # The counts may be a little older than this very individual.
    level = max(0, total - above - below - 1)
    others = above + below + level
    return Standing(
        rank=1 + above,
        networks=others + 1,
        fitter_than=round(100 * below / others) if others else None,
        as_fit_as=round(100 * level / others) if others else None,
    )


def carriers(genotype: Genotype, *, limit: int = 12) -> Builders:
    """Individuals of all experiments that are this very genotype, latest first."""
    rows = Individual.objects.filter(genotype=genotype)
    listed = rows.select_related("experiment", "evaluation").order_by("-pk")[:limit]
    return Builders(list(listed), rows.count())


def same_network(phenotype_key: str, *, besides: Individual | Genotype, limit: int = 12) -> Builders:
    """Individuals of all experiments whose genotype builds this network, however it is written, latest first.

    `besides` is not among them: one individual, or all that are one genotype.
    """
    rows = Individual.objects.filter(genotype__phenotype_key=phenotype_key)
    rows = rows.exclude(genotype=besides) if isinstance(besides, Genotype) else rows.exclude(pk=besides.pk)
    listed = rows.select_related("experiment", "genotype", "evaluation").order_by("-pk")[:limit]
    return Builders(list(listed), rows.count())


def measured_elsewhere(individual: Individual, *, limit: int) -> list[Individual]:
    """Those of the same network whose fitness comes from another training, one for each training, latest first."""
    rows = Individual.objects.filter(
        genotype__phenotype_key=individual.genotype.phenotype_key, fitness__isnull=False
    ).exclude(evaluation=individual.evaluation_id)
    latest = rows.order_by().values("evaluation").annotate(latest=Max("pk")).order_by("-latest")[:limit]
    keys = [row["latest"] for row in latest]
    return list(
        Individual.objects.filter(pk__in=keys).select_related("experiment", "evaluation").order_by("-pk")
    )


def evaluations_of(phenotype_key: str) -> list[Evaluation]:
    """One for every protocol the network was trained under, with its repeats, finished ones first."""
    rows = (
        Evaluation.objects.filter(phenotype_key=phenotype_key)
        .prefetch_related("records", "ended_attempts")
        .order_by("pk")
    )
    return sorted(rows, key=lambda row: row.state != WorkState.DONE)


def waiting_before(evaluation: Evaluation) -> int:
    """How many evaluations were asked for earlier and wait too."""
    return Evaluation.objects.filter(state=WorkState.WAITING, pk__lt=evaluation.pk).count()


def phenotypes_known_to(experiment: Experiment, keys: Sequence[str]) -> set[str]:
    """Those of some phenotype keys that an individual of the experiment builds."""
    rows = Individual.objects.filter(experiment=experiment, genotype__phenotype_key__in=keys).order_by()
    return set(rows.values_list("genotype__phenotype_key", flat=True))
