"""The motifs of an experiment, what its mutations did, and the page of one motif."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from search import selectors
from search.evolution.primitives import PRIMITIVES
from search.models import Experiment, Motif
from search.selectors.motif_facts import motif_with_key
from visualize.motif_list import motif_list
from visualize.motif_page import motif_page
from visualize.mutation_report import mutation_report
from visualize.views.fragments import render_either


@require_safe
def index(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """The page; for a script the list alone."""
    experiment = _experiment(experiment_id)
    context = {
        "experiment": experiment,
        "list": motif_list(experiment, request.GET),
        "primitives": PRIMITIVES,
        "view": "motifs",
        "section": "experiments",
    }
    return render_either(request, "motifs/index.html", "motifs/parts/list.html", context)


@require_safe
def mutations(request: HttpRequest, experiment_id: int) -> HttpResponse:
    experiment = _experiment(experiment_id)
    report = mutation_report(experiment)
    context = {"experiment": experiment, "report": report, "view": "mutations", "section": "experiments"}
    return render(request, "motifs/mutations.html", context)


@require_safe
def detail(request: HttpRequest, key: str) -> HttpResponse:
    try:
        motif = motif_with_key(key)
    except Motif.DoesNotExist:
        raise Http404(f"No motif with the key {key} was ever proposed here.") from None
    context = {"section": "experiments", "looks": PRIMITIVES, **motif_page(motif)}
    return render(request, "motifs/detail.html", context)


def _experiment(experiment_id: int) -> Experiment:
    try:
        return selectors.experiment_by_id(experiment_id)
    except Experiment.DoesNotExist:
        raise Http404(f"There is no experiment {experiment_id}.") from None
