"""Route: the baselines of a search."""

from django.http import HttpRequest
from ninja import Router

from search.api.routes.experiments import experiment_or_404
from search.api.schemas.base import ExperimentId
from search.api.schemas.baselines import BaselineDocument, BaselineList
from search.evolution.finals.scores import RESNET
from search.selectors.baselines import baselines_of
from search.selectors.reference_runs import reference_scores
from search.selectors.run_scores import run_scores

router = Router(tags=["experiments"])


@router.get(
    "/{experiment_id}/baselines",
    response=BaselineList,
    summary="List known networks beside a search, with their test scores",
)
def list_baselines(request: HttpRequest, experiment_id: ExperimentId) -> BaselineList:
    """Reference cells, which `POST /finals` has scored, and ResNet-18, whose runs `manage.py resnet_baseline` keeps."""
    experiment = experiment_or_404(experiment_id)
    rows = baselines_of(experiment)
    scores = run_scores([final.pk for row in rows for final in row.finals])
    cells = [BaselineDocument.of_cell(row, scores) for row in rows]
    resnet = reference_scores(RESNET, experiment.configuration.protocol.dataset)
    return BaselineList(items=[*cells, BaselineDocument.of_resnet(resnet)])
