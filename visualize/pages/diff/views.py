"""Views of the difference page: any two genotypes, or an individual and its parent."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from visualize.pages.diff.page import asked_context, parent_context
from visualize.pages.diff.side_by_side import listed, side_by_side
from visualize.pages.genotypes.page import individual_context
from visualize.pages.shared.found import individual_or_404

MOST_CHARACTERS = 100_000
MOST_PICKED = 40
"""Characters of `experiment/step`."""
PICK_TWO = "A diff is of two: {number} were ticked."


@require_safe
def diff(request: HttpRequest) -> HttpResponse:
    """`?left=12/344&right=12/345`; a genotype's key or text stands for either side as well."""
    picked = request.GET.getlist("pick")
    if picked:
        return _of_picked(request, picked)
    left, right = (request.GET.get(name, "")[:MOST_CHARACTERS] for name in ("left", "right"))
    context = asked_context(left, right)
    faulty = "left_fault" in context or "right_fault" in context
    return render(
        request, "diff/page.html", {**context, "section": "experiments"}, status=422 if faulty else 200
    )


@require_safe
def several(request: HttpRequest) -> HttpResponse:
    """`?of=12/344,12/345,12/360`: what is picked in tables, or added by the form, becomes such an address."""
    given = request.GET.getlist("of")
    picked, added = request.GET.getlist("pick"), request.GET.get("add", "")
    if picked or added or len(given) > 1:
        ordered = sorted((text[:MOST_PICKED] for text in picked), key=_experiment_and_step)
        query = urlencode({"of": ",".join(listed([*given, *ordered, added]))}, safe="/,:")
        return redirect(f"{reverse('side_by_side')}?{query}")
    context = side_by_side(listed(given))
    status = 422 if context["faults"] else 200
    return render(request, "diff/side_by_side.html", {**context, "section": "experiments"}, status=status)


def _of_picked(request: HttpRequest, picked: list[str]) -> HttpResponse:
    """Rows ticked in a population become an address that can be kept; the earlier step is what was before."""
    if len(picked) != 2:
        messages.warning(request, PICK_TWO.format(number=len(picked)))
    pair = sorted((text[:MOST_PICKED] for text in picked[:2]), key=_experiment_and_step)
    query = urlencode(dict(zip(("left", "right"), pair, strict=False)), safe="/")
    return redirect(f"{reverse('diff')}?{query}")


def _experiment_and_step(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("/") if part.isascii() and part.isdigit())


@require_safe
def with_parent(request: HttpRequest, experiment_id: int, step: int) -> HttpResponse:
    """A tab of the individual's page."""
    row = individual_or_404(experiment_id, step)
    context = {
        **individual_context(row, tab="diff", edge=""),
        **parent_context(row),
        "address": reverse("individual", args=[experiment_id, step]),
    }
    return render(request, "diff/parent.html", context)
