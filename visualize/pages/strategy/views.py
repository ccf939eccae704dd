"""How an experiment's strategy chooses, and what it has learned."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from visualize.pages.shared.found import experiment_or_404
from visualize.pages.strategy.page import strategy_page


@require_safe
def index(request: HttpRequest, experiment_id: int) -> HttpResponse:
    experiment = experiment_or_404(experiment_id)
    context = {"experiment": experiment, "view": "strategy", "section": "experiments"}
    return render(request, "strategy/index.html", context | strategy_page(experiment))
