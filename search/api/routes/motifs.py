"""Routes: motifs and their carriers."""

from django.http import HttpRequest
from ninja import Query, Router

from search import models
from search.api.paging import PageQuery, find_page
from search.api.problems import not_found
from search.api.routes.genotypes import BY_ID, genotype_or_404
from search.api.schemas.base import GenotypeKey, MotifKey
from search.api.schemas.genotypes import Carrier, CarrierPage
from search.api.schemas.motifs import MotifDocument, MotifInSlot, MotifsOfGenotype
from search.selectors import motifs_of
from search.selectors.motifs import facts

router = Router(tags=["motifs"])


@router.get("/genotypes/{key}/motifs", response=MotifsOfGenotype, summary="List the motifs of a genotype")
def list_motifs_of_genotype(request: HttpRequest, key: GenotypeKey) -> MotifsOfGenotype:
    return MotifsOfGenotype(items=[MotifInSlot.of_use(row) for row in motifs_of(genotype_or_404(key))])


@router.get("/motifs/{motif_key}", response=MotifDocument, summary="Show a motif")
def show_motif(request: HttpRequest, motif_key: MotifKey) -> MotifDocument:
    motif = motif_or_404(motif_key)
    return MotifDocument.of_one(motif, facts.motif_facts(motif))


@router.get(
    "/motifs/{motif_key}/users", response=CarrierPage, summary="List the individuals that use a motif"
)
def list_motif_users(request: HttpRequest, motif_key: MotifKey, filters: Query[PageQuery]) -> CarrierPage:
    """Of all experiments; an individual whose network leaves the motif out does not use it."""
    found = find_page(facts.users(motif_or_404(motif_key)), BY_ID, filters)
    return CarrierPage(items=[Carrier.of(row) for row in found.rows], next_cursor=found.next_cursor)


def motif_or_404(key: str) -> models.Motif:
    try:
        return facts.motif_with_key(key)
    except models.Motif.DoesNotExist:
        raise not_found("motif", key) from None
