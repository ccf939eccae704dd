"""Views: Pareto page, plot data, selection by a rectangle."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from visualize.pages.pareto.diversity_map import diversity_map
from visualize.pages.pareto.page import pareto_page, points_json, selection
from visualize.pages.shared.found import experiment_or_404
from visualize.pages.shared.fragments import render_either


@require_safe
def index(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """The page; for a script the table of the front."""
    experiment = experiment_or_404(experiment_id)
    context = {
        "experiment": experiment,
        "view": "pareto",
        "section": "experiments",
        **pareto_page(experiment, request.GET),
    }
    return render_either(request, "pareto/index.html", "pareto/parts/front.html", context)


@require_safe
def points(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """{version, open, total, end, first, range: [largest cost, least and largest fitness], points, front, svg}.

    `end` is that of the whole axis; what is shown of it, between `left` and `right` of the address, begins at `first`.
    A point is [step, cost, fitness]. Asked with `seen=VERSION` of the last answer and nothing new: {version, open,
    same}.
    """
    experiment = experiment_or_404(experiment_id)
    return JsonResponse(points_json(experiment, request.GET))


@require_safe
def selected(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """How many individuals the form's rectangle holds, the fittest of them, and the way to all."""
    experiment = experiment_or_404(experiment_id)
    context = {"experiment": experiment, "selection": selection(experiment, request.GET)}
    return render(request, "pareto/selected.html", context)


@require_safe
def diversity(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """The best network of each cell of parameters x depth."""
    experiment = experiment_or_404(experiment_id)
    context = {
        "experiment": experiment,
        "map": diversity_map(experiment),
        "view": "map",
        "section": "experiments",
    }
    return render(request, "pareto/map.html", context)
