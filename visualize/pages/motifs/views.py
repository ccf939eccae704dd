"""Views: motif list, mutation effects, one motif."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from search.evolution.genotypes.primitives import PRIMITIVES
from search.models import Experiment, Motif
from search.selectors.motifs.facts import motif_with_key
from search.services.learning.importance import ask_for_importance
from search.tasks import nudge_importance
from visualize.pages.motifs.list import motif_list
from visualize.pages.motifs.mutation_report import mutation_report
from visualize.pages.motifs.page import motif_page
from visualize.pages.motifs.what_works.page import chosen, findings, importance_panel
from visualize.pages.motifs.what_works.page import what_works as whole
from visualize.pages.shared.found import experiment_or_404
from visualize.pages.shared.fragments import is_fragment, render_either


@require_safe
def index(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """The page; for a script the list alone."""
    experiment = experiment_or_404(experiment_id)
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
    experiment = experiment_or_404(experiment_id)
    report = mutation_report(experiment)
    context = {"experiment": experiment, "report": report, "view": "mutations", "section": "experiments"}
    return render(request, "motifs/mutations.html", context)


@require_safe
def what_works(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """The page; for a script the parallel coordinates and their table alone."""
    experiment = experiment_or_404(experiment_id)
    context: dict[str, object] = {"experiment": experiment, "view": "what_works", "section": "experiments"}
    if is_fragment(request):
        context["chosen"] = chosen(experiment, request.GET, findings(experiment))
    else:
        context |= whole(experiment, request.GET)
    return render_either(request, "motifs/what_works/page.html", "motifs/what_works/chosen.html", context)


@require_safe
def importance(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """The panel alone, for a script that waits for it."""
    return _importance(request, experiment_or_404(experiment_id))


@require_POST
def ask_importance(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Have it worked out by a worker that learns."""
    experiment = experiment_or_404(experiment_id)
    ask_for_importance(experiment_id=experiment_id)
    nudge_importance(experiment_id)
    return _importance(request, experiment)


def _importance(request: HttpRequest, experiment: Experiment) -> HttpResponse:
    if not is_fragment(request):
        return redirect(f"{reverse('experiment_what_works', args=[experiment.pk])}#importance")
    context = {"experiment": experiment, **importance_panel(experiment)}
    return render(request, "motifs/what_works/importance.html", context)


@require_safe
def detail(request: HttpRequest, key: str) -> HttpResponse:
    try:
        motif = motif_with_key(key)
    except Motif.DoesNotExist:
        raise Http404(f"No motif with the key {key} was ever proposed here.") from None
    carried = {name for row in motif.structure for name in row}
    looks = [primitive for primitive in PRIMITIVES if primitive.name in carried]
    context = {"section": "experiments", "looks": looks, **motif_page(motif)}
    return render(request, "motifs/detail.html", context)
