"""The list of experiments, and the page of one of them."""

from typing import Any
from uuid import uuid4

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from search import selectors
from search.evolution.presets import PRESETS
from search.models import Experiment, ExperimentState
from search.selectors import progress as progress_selectors
from visualize.facts import configuration_facts, outcome_facts
from visualize.listing import listing
from visualize.live_curves import still
from visualize.population import population
from visualize.progress import RECENT, progress_of
from visualize.views.fragments import is_fragment, render_either

PER_PAGE = 25
SHOWN_IN_TRAINING = 6


def home(request: HttpRequest) -> HttpResponse:
    return redirect("experiments")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    name, state = request.GET.get("name", "").strip(), request.GET.get("state", "")
    archived = request.GET.get("archived") == "yes"
    rows = selectors.experiments(
        state=state if state in ExperimentState.values else "", query=name, archived=archived
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    moving = any(row.state == ExperimentState.RUNNING for row in page.object_list)
    context: dict[str, object] = {
        "refresh_seconds": 5 if moving else 60,
        "page": page,
        "rows": listing(page.object_list),
        "total": page.paginator.count or Experiment.objects.exists(),
        "filter": {"name": name, "state": state, "archived": archived},
        "archive": selectors.experiments(archived=True).count(),
        "states": ExperimentState.values,
        "demo": PRESETS["quick"],
        "token": uuid4(),
        "section": "experiments",
    }
    return render_either(request, "experiments/list.html", "experiments/parts/list.html", context)


@require_safe
def detail(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """The page; for a script the population table, the one part of it that has its state in the address."""
    experiment = _experiment(experiment_id)
    context: dict[str, Any] = {
        "experiment": experiment,
        "population": population(experiment, request.GET),
        "section": "experiments",
    }
    if not is_fragment(request):
        context |= _now(experiment) | {"curves": still(experiment)}
        context["facts"] = configuration_facts(context["progress"].config)
    return render_either(request, "experiments/detail.html", "experiments/parts/population.html", context)


@require_safe
def live(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """The parts of the page that follow the search, by their ids."""
    experiment = _experiment(experiment_id)
    return render(request, "experiments/live.html", {"experiment": experiment, **_now(experiment)})


def _experiment(experiment_id: int) -> Experiment:
    try:
        return selectors.experiment_by_id(experiment_id)
    except Experiment.DoesNotExist:
        raise Http404(f"There is no experiment {experiment_id}.") from None


def _now(experiment: Experiment) -> dict[str, Any]:
    latest = progress_selectors.latest_finishes(experiment.pk, limit=RECENT)
    work = progress_selectors.open_work(experiment.pk, limit=SHOWN_IN_TRAINING)
    progress = progress_of(experiment, latest, work)
    if progress.is_open:
        return {"progress": progress}
    reasons = progress_selectors.failures_by_reason(experiment.pk) if experiment.failed else []
    return {"progress": progress, "outcome": outcome_facts(experiment, reasons)}
