"""Where an individual comes from, and what came from it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from search import models, selectors
from visualize.genotype_page import individual_context


@require_safe
def lineage(request: HttpRequest, experiment_id: int, step: int) -> HttpResponse:
    """A tab of the individual's page."""
    try:
        row = selectors.individual(experiment_id, step)
    except models.Individual.DoesNotExist:
        raise Http404(f"Experiment {experiment_id} has no individual #{step}.") from None
    context = individual_context(row, tab="lineage", edge="")
    address = reverse("individual", args=[experiment_id, step])
    return render(request, "lineage/page.html", {**context, "address": address})
