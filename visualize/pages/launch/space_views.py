"""View: figures and skeleton of the space that the launch form describes, while it is being built."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from search.evolution.genotypes.space import SearchSpace, search_space
from search.evolution.networks.host import Host
from visualize.pages.launch.form import LaunchForm
from visualize.pages.launch.space_field import space_of
from visualize.pages.shared.space_summary import space_summary


@require_POST
def space(request: HttpRequest) -> HttpResponse:
    """Of a form that is wrong elsewhere, too: then costs are counted in the usual host."""
    form = LaunchForm(request.POST)
    if form.is_valid():
        context = _context(form.config.space, form.config.protocol.shape_host, form.config.seed)
    elif "space_document" in form.errors:
        context = {"faults": form.errors["space_document"]}
    else:
        found = _space_alone(request)
        context = _context(found, Host(), 0) if found else {"faults": []}
    return render(request, "shared/space_figures.html", context)


def _space_alone(request: HttpRequest) -> SearchSpace | None:
    fields = {name: request.POST.get(name, "") for name in ("space", "space_document")}
    is_pair = "reduction_cell" in request.POST
    try:
        return search_space(space_of({**fields, "max_parameters": None, "reduction_cell": is_pair}))
    except (ValueError, KeyError):
        return None


def _context(found: SearchSpace, host: Host, seed: int) -> dict[str, Any]:
    return {"summary": space_summary(found, host, seed=seed)}
