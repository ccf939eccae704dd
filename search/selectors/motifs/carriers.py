"""Motifs of a genotype, and the individuals that carry a motif."""

from django.db.models import QuerySet

from search.models import Genotype, Individual, Motif, MotifUse


def motifs_of(genotype: Genotype) -> list[MotifUse]:
    """Each slot of a genotype with the motif in it, by level and slot."""
    return list(MotifUse.objects.filter(genotype=genotype).select_related("motif").order_by("level", "slot"))


def individuals_with_motif(motif: Motif, *, used: bool = True) -> QuerySet[Individual]:
    """The individuals whose genotype carries a motif, by default where the network really uses it."""
    uses = MotifUse.objects.filter(motif=motif)
    if used:
        uses = uses.filter(uses__gt=0)
    return Individual.objects.filter(genotype__in=uses.values("genotype")).order_by("pk")
