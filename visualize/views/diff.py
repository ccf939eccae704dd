"""What differs: between any two genotypes, and between an individual and its parent."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from search import models, selectors
from visualize.diff_page import asked_context, parent_context
from visualize.genotype_page import individual_context

MOST_CHARACTERS = 100_000


@require_safe
def diff(request: HttpRequest) -> HttpResponse:
    """`?left=12/344&right=12/345`; a genotype's key or text stands for either side as well."""
    left, right = (request.GET.get(name, "")[:MOST_CHARACTERS] for name in ("left", "right"))
    context = asked_context(left, right)
    faulty = "left_fault" in context or "right_fault" in context
    return render(
        request, "diff/page.html", {**context, "section": "experiments"}, status=422 if faulty else 200
    )


@require_safe
def with_parent(request: HttpRequest, experiment_id: int, step: int) -> HttpResponse:
    """A tab of the individual's page."""
    try:
        row = selectors.individual(experiment_id, step)
    except models.Individual.DoesNotExist:
        raise Http404(f"Experiment {experiment_id} has no individual #{step}.") from None
    context = {
        **individual_context(row, tab="diff", edge=""),
        **parent_context(row),
        "address": reverse("individual", args=[experiment_id, step]),
    }
    return render(request, "diff/parent.html", context)
