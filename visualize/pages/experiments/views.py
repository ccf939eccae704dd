"""Views: list of experiments, one experiment."""

from typing import Any
from uuid import uuid4

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from search import selectors
from search.evolution.experiments.presets import PRESETS
from search.models import Experiment, ExperimentState
from search.selectors import progress as progress_selectors
from visualize.pages.experiments.configuration_summary import (
    configuration_facts,
    dataset_facts,
    outcome_facts,
)
from visualize.pages.experiments.extend_views import extend_form
from visualize.pages.experiments.listing import headings, list_order, listing
from visualize.pages.experiments.live_curves import still
from visualize.pages.experiments.nothing_found import nothing_found, remedies
from visualize.pages.experiments.population_table import population
from visualize.pages.experiments.progress import RECENT, progress_of
from visualize.pages.shared.found import experiment_or_404
from visualize.pages.shared.fragments import is_fragment, render_either

PER_PAGE = 25
SHOWN_IN_TRAINING = 6
COLUMNS_COOKIE = "population_columns"
COLUMNS_LONGEST = 400
COLUMNS_KEPT_SECONDS = 365 * 24 * 3600


def home(request: HttpRequest) -> HttpResponse:
    return redirect("experiments")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    name, state = request.GET.get("name", "").strip(), request.GET.get("state", "")
    archived = request.GET.get("archived") == "yes"
    order = list_order(request.GET.get("sort", ""))
    rows = selectors.experiments(
        state=state if state in ExperimentState.values else "", query=name, archived=archived, order=order
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    moving = any(row.state == ExperimentState.RUNNING for row in page.object_list)
    context: dict[str, object] = {
        "refresh_seconds": 5 if moving else 60,
        "page": page,
        "rows": listing(page.object_list),
        "headings": headings(order),
        "order": "" if order == selectors.NEWEST else order,
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
    experiment = experiment_or_404(experiment_id)
    context: dict[str, Any] = {
        "experiment": experiment,
        "population": population(experiment, _with_columns(request)),
        "section": "experiments",
    }
    if not is_fragment(request):
        context |= _now(experiment)
        config = context["progress"].config
        context["initial"] = progress_selectors.initial_steps(experiment, config)
        context["curves"] = still(experiment, context["initial"])
        context["facts"] = configuration_facts(config)
        context["extend_form"] = extend_form(experiment)
    response = render_either(request, "experiments/detail.html", "experiments/parts/population.html", context)
    if columns := ",".join(request.GET.getlist("columns"))[:COLUMNS_LONGEST]:
        where = reverse("experiments")  # below a proxy's path another installation keeps its own
        response.set_cookie(
            COLUMNS_COOKIE,
            columns,
            max_age=COLUMNS_KEPT_SECONDS,
            path=where,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    return response


def _with_columns(request: HttpRequest) -> QueryDict:
    """The address's query; where it names no columns, those that this browser was last shown."""
    remembered = request.COOKIES.get(COLUMNS_COOKIE, "")[:COLUMNS_LONGEST]
    if not remembered or "columns" in request.GET:
        return request.GET
    asked = request.GET.copy()
    asked["columns"] = remembered
    return asked


@require_safe
def live(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """The parts of the page that follow the search, by their ids."""
    experiment = experiment_or_404(experiment_id)
    return render(request, "experiments/live.html", {"experiment": experiment, **_now(experiment)})


def _now(experiment: Experiment) -> dict[str, Any]:
    latest = progress_selectors.latest_finishes(experiment.pk, limit=RECENT)
    work = progress_selectors.open_work(experiment.pk, limit=SHOWN_IN_TRAINING)
    progress = progress_of(experiment, latest, work)
    now = {"progress": progress, "dataset_facts": dataset_facts(experiment.dataset_report)}
    if progress.is_open:
        return now
    reasons = progress_selectors.failures_by_reason(experiment.pk) if experiment.failed else []
    if experiment.found_nothing:
        now |= {"nothing": nothing_found(experiment, reasons), "remedies": remedies(reasons)}
    return now | {"outcome": outcome_facts(experiment, reasons)}
