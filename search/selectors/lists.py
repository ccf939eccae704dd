"""Querysets of whole lists, for pagination and streaming."""

from collections.abc import Sequence

from django.db.models import QuerySet

from search.models import Evaluation, Genotype, Individual
from search.selectors.query import parse_query


def individual_rows(
    experiment_id: int,
    *,
    query: str = "",
    states: Sequence[str] = (),
    origins: Sequence[str] = (),
    fitness: tuple[float | None, float | None] = (None, None),
    parameters: tuple[int | None, int | None] = (None, None),
) -> QuerySet[Individual]:
    """Of one experiment; ranges are (least, most), either None. Raises QueryError for a `query` it cannot read."""
    rows = Individual.objects.filter(experiment=experiment_id).select_related("genotype", "parent")
    if query:
        rows = rows.filter(parse_query(query))
    if states:
        rows = rows.filter(state__in=states)
    if origins:
        rows = rows.filter(origin__in=origins)
    bounds = {"fitness__gte": fitness[0], "fitness__lte": fitness[1]}
    bounds |= {"parameters__gte": parameters[0], "parameters__lte": parameters[1]}
    return rows.filter(**{name: value for name, value in bounds.items() if value is not None})


def child_rows(parent: Individual) -> QuerySet[Individual]:
    """The individuals that were mutated from one."""
    return parent.children.select_related("genotype", "parent")


def ancestors(individual: Individual, *, limit: int) -> list[Individual]:
    """The individual, its parent, that one's parent and so on to an initial one; at most `limit`."""
    rows = Individual.objects.select_related("genotype", "parent")
    line = [individual]
    while line[-1].parent_id is not None and len(line) < limit:
        line.append(rows.get(pk=line[-1].parent_id))
    return line


def carrier_rows(genotype: Genotype) -> QuerySet[Individual]:
    """The individuals of all experiments that are this very genotype."""
    return Individual.objects.filter(genotype=genotype).select_related("genotype")


def equal_genotype_rows(genotype: Genotype) -> QuerySet[Genotype]:
    """The other genotypes that build the same network."""
    return Genotype.objects.filter(phenotype_key=genotype.phenotype_key).exclude(pk=genotype.pk)


def evaluation_rows(
    *,
    states: Sequence[str] = (),
    phenotype_key: str | None = None,
    protocol_key: str | None = None,
    experiment_id: int | None = None,
) -> QuerySet[Evaluation]:
    """Those of one network, under one protocol, asked for by one experiment, or any."""
    rows = Evaluation.objects.select_related("genotype")
    if states:
        rows = rows.filter(state__in=states)
    if phenotype_key is not None:
        rows = rows.filter(phenotype_key=phenotype_key)
    if protocol_key is not None:
        rows = rows.filter(protocol_key=protocol_key)
    if experiment_id is not None:
        asked_for = Individual.objects.filter(experiment=experiment_id).order_by()
        rows = rows.filter(pk__in=asked_for.values("evaluation"))
    return rows


def network_counts(phenotype_key: str) -> tuple[int, int]:
    """(genotypes, individuals) that build a network."""
    genotypes = Genotype.objects.filter(phenotype_key=phenotype_key).count()
    return genotypes, Individual.objects.filter(genotype__phenotype_key=phenotype_key).count()


def genotype_by_key(key: str) -> Genotype:
    """Raises Genotype.DoesNotExist."""
    return Genotype.objects.get(key=key)


def genotype_is_stored(key: str) -> bool:
    return Genotype.objects.filter(key=key).exists()
