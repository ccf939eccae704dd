"""Views of the genotype page, and its downloads."""

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from search import models
from search.evolution.networks.host import Host
from visualize.charts.stretches import asked_stretch
from visualize.pages.genotypes.page import OWN_PAGES, genotype_context, individual_context
from visualize.pages.genotypes.sheet import sheet_context
from visualize.pages.genotypes.whole_network import WholeNetwork, whole_network
from visualize.pages.shared.found import genotype_or_404, individual_or_404
from visualize.pages.shared.fragments import is_fragment, render_either
from visualize.templatetags.drawings import engine_genotype

NETWORK = "network"


@require_safe
def individual(request: HttpRequest, experiment_id: int, step: int) -> HttpResponse:
    tab = _tab(request)
    if tab in OWN_PAGES and not is_fragment(request):
        return redirect(OWN_PAGES[tab], experiment_id, step)
    row = individual_or_404(experiment_id, step)
    address = reverse("individual", args=[experiment_id, step])
    if tab == NETWORK:
        host = row.experiment.configuration.protocol.shape_host
        network = _network(request, row.genotype, host)
        if "part" in request.GET:
            edit = reverse("individual_edit", args=[experiment_id, step])
            return _network_part(request, network, {"address": address, "edit_address": edit})
    else:
        network = None
    context = individual_context(row, tab=tab, edge=_edge(request), stretch=asked_stretch(request.GET))
    return render_either(
        request,
        "genotypes/detail.html",
        "genotypes/live.html",
        {**context, "network": network, "address": address},
    )


@require_safe
def genotype(request: HttpRequest, key: str) -> HttpResponse:
    row = genotype_or_404(key)
    address = reverse("genotype", args=[row.key])
    network = _network(request, row, Host()) if _tab(request) == NETWORK else None
    if _tab(request) == NETWORK and "part" in request.GET:
        edit = reverse("genotype_edit", args=[row.key])
        return _network_part(request, network, {"address": address, "edit_address": edit})
    context = genotype_context(
        row, tab=_tab(request), edge=_edge(request), stretch=asked_stretch(request.GET)
    )
    return render_either(
        request,
        "genotypes/detail.html",
        "genotypes/live.html",
        {**context, "network": network, "address": address},
    )


@require_safe
def sheet(request: HttpRequest, key: str) -> HttpResponse:
    """The cell and its motifs on one page to print, with their matrices in the paper's notation."""
    return render(request, "genotypes/sheet.html", sheet_context(genotype_or_404(key)))


@require_safe
def genotype_file(request: HttpRequest, key: str, extension: str) -> HttpResponse:
    """The genotype itself, as its canonical text or as JSON."""
    subject = engine_genotype(genotype_or_404(key))
    if extension == "txt":
        return HttpResponse(subject.text + "\n", content_type="text/plain; charset=utf-8")
    if extension == "json":
        return HttpResponse(json.dumps(subject.to_json()) + "\n", content_type="application/json")
    raise Http404(f"A genotype comes as txt or json, not as {extension}.")


def _network(request: HttpRequest, row: models.Genotype, host: Host) -> WholeNetwork | None:
    return whole_network(engine_genotype(row), host, request.GET)


def _network_part(
    request: HttpRequest, network: WholeNetwork | None, context: dict[str, str]
) -> HttpResponse:
    """The picture and the panel alone, for the script that opens and closes layers."""
    return render(request, "genotypes/parts/network.html", {"network": network, **context})


def _tab(request: HttpRequest) -> str:
    return request.GET.get("tab", "")


def _edge(request: HttpRequest) -> str:
    return request.GET.get("edge", "")
