"""Facts about one motif over all experiments."""

from dataclasses import dataclass

from django.db.models import Avg, Count, Max, QuerySet

from search.models import Individual, Motif, MotifUse


@dataclass(frozen=True)
class MotifFacts:
    """Over genotypes whose network really uses the motif, and the individuals of those genotypes."""

    genotypes: int
    individuals: int
    evaluated: int
    mean_fitness: float | None
    best_fitness: float | None


def motif_with_key(key: str) -> Motif:
    """Raises Motif.DoesNotExist."""
    return Motif.objects.get(key=key)


def users(motif: Motif) -> QuerySet[Individual]:
    """The individuals whose network uses the motif."""
    genotypes = MotifUse.objects.filter(motif=motif, uses__gt=0).values("genotype")
    return Individual.objects.filter(genotype__in=genotypes).select_related("genotype", "parent")


def motif_facts(motif: Motif) -> MotifFacts:
    genotypes = MotifUse.objects.filter(motif=motif, uses__gt=0).aggregate(n=Count("genotype", distinct=True))
    found = users(motif).aggregate(
        individuals=Count("pk"), evaluated=Count("fitness"), mean=Avg("fitness"), best=Max("fitness")
    )
    return MotifFacts(genotypes["n"], found["individuals"], found["evaluated"], found["mean"], found["best"])
