"""Routes: genotypes; preview, show, carriers, equal networks, differences."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Query, Router
from ninja.responses import Status

from search import models, services
from search.api.creation import named_experiment
from search.api.paging import PageQuery, find_page
from search.api.problems import invalid, not_found
from search.api.schemas.base import GenotypeKey
from search.api.schemas.evaluations import EvaluationRow
from search.api.schemas.genotypes import (
    PREVIEW_EXAMPLES,
    STORE_EXAMPLES,
    Carrier,
    CarrierPage,
    EdgeDifference,
    GenotypeCreate,
    GenotypeDifference,
    GenotypeDocument,
    GenotypeFault,
    GenotypePage,
    GenotypePreview,
    GenotypeRow,
    Known,
    MotifDifference,
    Preview,
)
from search.api.schemas.inspections import HostQuery, Inspection
from search.api.schemas.previews import Costs, PreviewChange, TrainingEstimate
from search.database.keyset import Order
from search.evolution.experiments.presets import PRESETS
from search.evolution.genotypes.diff import diff_genotypes
from search.evolution.genotypes.foreign import Imported, import_cell
from search.evolution.genotypes.genotype import Genotype, GenotypeError
from search.evolution.inspection import inspect_genotype
from search.evolution.networks.host import Host
from search.selectors import lists
from search.selectors.previews import Previewed, PreviewSetting, preview_in

router = Router(tags=["genotypes"])
BY_ID = Order("id", tie="id")
NO_GENOTYPE = "It is no genotype."
NEVER_SEEN = Known(
    genotype=False, genotypes=0, individuals=0, evaluations=[], individual=None, evaluation=None
)
FIRST = 10
"""Carriers and equal networks that a genotype's own document shows."""


@router.post(
    "/preview",
    response=Preview,
    summary="Look at a genotype without storing it",
    openapi_extra={"requestBody": {"content": {"application/json": {"examples": PREVIEW_EXAMPLES}}}},
)
def preview_genotype(request: HttpRequest, body: GenotypePreview) -> Preview:
    """Whether it is valid, what it builds and costs, what is odd about it, and what is known of its network."""
    setting = _setting(body)
    try:
        imported = _imported(body.genotype)
    except GenotypeError as error:
        return Preview(
            valid=False,
            errors=[_fault(str(error))],
            warnings=[],
            inspection=None,
            known=None,
            obstacles=[NO_GENOTYPE],
            costs=None,
            training=None,
            change=None,
        )
    genotype = imported.genotype
    found = preview_in(genotype, setting, start=_start(body))
    return Preview(
        valid=True,
        errors=[],
        warnings=[*imported.notes, *found.preview.obstacles, *found.preview.warnings],
        inspection=Inspection(**inspect_genotype(genotype, setting.host)),
        known=_known(genotype, found),
        obstacles=list(found.preview.obstacles),
        costs=Costs.of(found.preview),
        training=TrainingEstimate.of(found),
        change=PreviewChange.of(found),
    )


@router.post(
    "",
    response={200: GenotypeDocument, 201: GenotypeDocument},
    summary="Store a genotype",
    openapi_extra={"requestBody": {"content": {"application/json": {"examples": STORE_EXAMPLES}}}},
)
def create_genotype(
    request: HttpRequest, body: GenotypeCreate, response: HttpResponse
) -> Status[GenotypeDocument]:
    """By its key, which follows from what it is: 201 when it is new, 200 when it was stored already. Nothing is
    trained; `POST /experiments/{experiment_id}/individuals` asks for that."""
    try:
        row, is_new = services.keep_genotype(genotype=read_genotype(body.genotype))
    except (GenotypeError, services.Conflict) as error:
        raise invalid("body", "genotype", str(error), body.genotype) from None
    response.headers["Location"] = reverse("api:show_genotype", args=[row.key])
    return Status(201 if is_new else 200, genotype_document(genotype_or_404(row.key), Host()))


def _setting(body: GenotypePreview) -> PreviewSetting:
    if body.experiment_id is not None:
        return PreviewSetting.of(named_experiment("experiment_id", body.experiment_id))
    if body.preset is None:
        return PreviewSetting(body.host)
    if body.preset not in PRESETS:
        raise invalid("body", "preset", f"unknown preset; use one of {', '.join(PRESETS)}", body.preset)
    return PreviewSetting.under(PRESETS[body.preset].config)


def _start(body: GenotypePreview) -> Genotype | None:
    try:
        return None if body.start is None else read_genotype(body.start)
    except GenotypeError as error:
        raise invalid("body", "start", str(error), body.start) from None


def read_genotype(given: object) -> Genotype:
    return _imported(given).genotype


def _imported(given: object) -> Imported:
    return import_cell(given) if isinstance(given, str) else Imported(Genotype.from_json(given))


def _fault(message: str) -> GenotypeFault:
    """Messages begin with the place where there is one: `levels[0][2] (level 2, motif 3): …`."""
    head, colon, rest = message.partition(": ")
    field = head.split(" ")[0]
    if colon and field.startswith(("levels", "space")):
        where = head.removeprefix(field).strip()
        return GenotypeFault(field=field, message=f"{where}: {rest}" if where else rest)
    return GenotypeFault(field="", message=message)


def _known(genotype: Genotype, found: Previewed) -> Known | None:
    network = found.preview.network
    if network is None:
        return None
    if not found.known.stored:
        return NEVER_SEEN
    key = network.phenotype.key
    genotypes, individuals = lists.network_counts(key)
    one, evaluation = found.known.individual, found.known.evaluation
    return Known(
        genotype=lists.genotype_is_stored(genotype.key),
        genotypes=genotypes,
        individuals=individuals,
        evaluations=_evaluations(key),
        individual=Carrier.of(one) if one else None,
        evaluation=EvaluationRow.of(evaluation) if evaluation else None,
    )


def _evaluations(phenotype_key: str) -> list[EvaluationRow]:
    rows = lists.evaluation_rows(phenotype_key=phenotype_key).order_by("pk")[:FIRST]
    return [EvaluationRow.of(row) for row in rows]


@router.get("/{key}", response=GenotypeDocument, summary="Show a genotype")
def show_genotype(request: HttpRequest, key: GenotypeKey, host: Query[HostQuery]) -> GenotypeDocument:
    return genotype_document(genotype_or_404(key), host.to_host())


def genotype_document(row: models.Genotype, host: Host) -> GenotypeDocument:
    carriers, equal = lists.carrier_rows(row), lists.equal_genotype_rows(row)
    return GenotypeDocument(
        **dict(GenotypeRow.of(row)),
        document={"space": row.space, "levels": row.levels},
        created_at=row.created_at,
        inspection=Inspection(**inspect_genotype(_genotype(row), host)),
        carriers=[Carrier.of(individual) for individual in carriers.order_by("pk")[:FIRST]],
        carriers_total=carriers.count(),
        equal=[GenotypeRow.of(other) for other in equal.order_by("pk")[:FIRST]],
        equal_total=equal.count(),
        evaluations=_evaluations(row.phenotype_key),
    )


@router.get("/{key}/carriers", response=CarrierPage, summary="List the individuals that are a genotype")
def list_carriers(request: HttpRequest, key: GenotypeKey, filters: Query[PageQuery]) -> CarrierPage:
    """In all experiments."""
    found = find_page(lists.carrier_rows(genotype_or_404(key)), BY_ID, filters)
    return CarrierPage(items=[Carrier.of(row) for row in found.rows], next_cursor=found.next_cursor)


@router.get("/{key}/equal", response=GenotypePage, summary="List other genotypes of the same network")
def list_equal_genotypes(request: HttpRequest, key: GenotypeKey, filters: Query[PageQuery]) -> GenotypePage:
    found = find_page(lists.equal_genotype_rows(genotype_or_404(key)), BY_ID, filters)
    return GenotypePage(items=[GenotypeRow.of(row) for row in found.rows], next_cursor=found.next_cursor)


@router.get("/{key}/diff/{other}", response=GenotypeDifference, summary="Compare two genotypes")
def diff_two_genotypes(request: HttpRequest, key: GenotypeKey, other: GenotypeKey) -> GenotypeDifference:
    """Motif by motif, whatever slots they stand in."""
    left, right = genotype_or_404(key), genotype_or_404(other)
    found = diff_genotypes(_genotype(left), _genotype(right))
    return GenotypeDifference(
        left=left.key,
        right=right.key,
        distance=found.distance,
        same_network=left.phenotype_key == right.phenotype_key,
        motifs=[
            MotifDifference(
                level=pair.level,
                left=pair.left,
                right=pair.right,
                replaced=pair.replaced,
                changes=[EdgeDifference(**vars(change)) for change in pair.changes],
            )
            for pair in found.pairs
            if pair.changes
        ],
    )


def _genotype(row: models.Genotype) -> Genotype:
    return Genotype.of_row(row)


def genotype_or_404(key: str) -> models.Genotype:
    try:
        return lists.genotype_by_key(key)
    except models.Genotype.DoesNotExist:
        raise not_found("genotype", key) from None
