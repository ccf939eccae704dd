"""Routes: presets, spaces, primitives, data sets, protocols, problem types."""

from django.http import HttpRequest
from django.utils.module_loading import import_string
from ninja import Router

from search.api import problems
from search.api.schemas import reference
from search.evolution.experiments.datasets import DATASETS
from search.selectors.protocols import protocols_in_use

router = Router(tags=["reference"])
PLACES = "search.training.data.locations.availability"
"""By its dotted path, like the trainer: nothing in the web process imports search.training."""
MOST_PROTOCOLS = 200


@router.get("/presets", response=reference.PresetList, summary="List presets")
def list_presets(request: HttpRequest) -> reference.PresetList:
    return reference.preset_list()


@router.get("/strategies", response=reference.StrategyList, summary="List strategies")
def list_strategies(request: HttpRequest) -> reference.StrategyList:
    return reference.strategy_list()


@router.get("/spaces", response=reference.SpaceList, summary="List search spaces")
def list_spaces(request: HttpRequest) -> reference.SpaceList:
    return reference.space_list()


@router.get("/primitives", response=reference.PrimitiveList, summary="List primitives")
def list_primitives(request: HttpRequest) -> reference.PrimitiveList:
    return reference.primitive_list()


@router.get("/published", response=reference.PublishedList, summary="List published cells")
def list_published_cells(request: HttpRequest) -> reference.PublishedList:
    return reference.published_list()


@router.get("/datasets", response=reference.DatasetList, summary="List data sets")
def list_datasets(request: HttpRequest) -> reference.DatasetList:
    """With their availability where the web server runs; on one machine that is where the workers run."""
    availability = import_string(PLACES)
    found = {name: availability(name) for name in DATASETS}
    return reference.DatasetList(
        items=[
            reference.dataset_document(name, available=place.available, availability=place.message)
            for name, place in found.items()
        ]
    )


@router.get("/protocols", response=reference.ProtocolList, summary="List protocols in use")
def list_protocols(request: HttpRequest) -> reference.ProtocolList:
    return reference.ProtocolList(
        items=[reference.ProtocolDocument(**vars(row)) for row in protocols_in_use(limit=MOST_PROTOCOLS)]
    )


@router.get("/problems", response=reference.ProblemKindList, summary="List kinds of errors")
def list_problems(request: HttpRequest) -> reference.ProblemKindList:
    return reference.problem_list(problems.TYPES)
