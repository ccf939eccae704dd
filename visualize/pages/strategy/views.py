"""How an experiment's strategy chooses, and what it has learned."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from search import selectors
from search.models import Experiment
from visualize.pages.strategy.page import strategy_page


@require_safe
def index(request: HttpRequest, experiment_id: int) -> HttpResponse:
    try:
        experiment = selectors.experiment_by_id(experiment_id)
    except Experiment.DoesNotExist:
        raise Http404(f"There is no experiment {experiment_id}.") from None
    context = {"experiment": experiment, "view": "strategy", "section": "experiments"}
    return render(request, "strategy/index.html", context | strategy_page(experiment))
