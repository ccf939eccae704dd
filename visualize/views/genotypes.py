"""The page of one genotype, in its experiment or on its own, and the files that can be taken away from it."""

import json
import re
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from search import models, selectors
from search.evolution.assembly import Infeasible
from search.evolution.genotype import Genotype, GenotypeError
from search.selectors import networks
from visualize.drawings import Drawing, TooLarge, flattened_drawing, motif_drawing
from visualize.genotype_page import OWN_PAGES, genotype_context, individual_context
from visualize.palette import Theme
from visualize.render import DrawingFailed, picture_file, svg_file
from visualize.templatetags.drawings import engine_genotype
from visualize.views.fragments import is_fragment, render_either

SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""A downloaded drawing carries its style inside; nothing else in it may act."""

_MOTIF = re.compile(r"L(\d{1,2})-M(\d{1,2})")


@require_safe
def individual(request: HttpRequest, experiment_id: int, step: int) -> HttpResponse:
    tab = _tab(request)
    if tab in OWN_PAGES and not is_fragment(request):
        return redirect(OWN_PAGES[tab], experiment_id, step)
    try:
        row = selectors.individual(experiment_id, step)
    except models.Individual.DoesNotExist:
        raise Http404(f"Experiment {experiment_id} has no individual #{step}.") from None
    address = reverse("individual", args=[experiment_id, step])
    context = individual_context(row, tab=tab, edge=_edge(request))
    return render_either(
        request, "genotypes/detail.html", "genotypes/live.html", {**context, "address": address}
    )


@require_safe
def genotype(request: HttpRequest, key: str) -> HttpResponse:
    row = _genotype(key)
    context = genotype_context(row, tab=_tab(request), edge=_edge(request))
    address = reverse("genotype", args=[row.key])
    return render_either(
        request, "genotypes/detail.html", "genotypes/live.html", {**context, "address": address}
    )


@require_safe
def drawing(request: HttpRequest, key: str, name: str, extension: str) -> HttpResponse:
    """One picture as SVG (its style inside), PNG, PDF or DOT; `?theme=dark` for a dark page."""
    if extension not in ("svg", "png", "pdf", "dot"):
        raise Http404(f"A drawing comes as svg, png, pdf or dot, not as {extension}.")
    subject = engine_genotype(_genotype(key))
    theme: Theme = "dark" if request.GET.get("theme") == "dark" else "light"
    try:
        return _PICTURES[extension](_drawn(subject, name, None if extension == "svg" else theme), theme)
    except (TooLarge, DrawingFailed, Infeasible) as refusal:
        return HttpResponse(f"{refusal}\n", status=422, content_type="text/plain; charset=utf-8")


@require_safe
def genotype_file(request: HttpRequest, key: str, extension: str) -> HttpResponse:
    """The genotype itself, as its canonical text or as JSON."""
    subject = engine_genotype(_genotype(key))
    if extension == "txt":
        return HttpResponse(subject.text + "\n", content_type="text/plain; charset=utf-8")
    if extension == "json":
        return HttpResponse(json.dumps(subject.to_json()) + "\n", content_type="application/json")
    raise Http404(f"A genotype comes as txt or json, not as {extension}.")


def _genotype(key: str) -> models.Genotype:
    try:
        return networks.genotype_by_key(key)
    except models.Genotype.DoesNotExist:
        raise Http404(f"No genotype with the key {key} was ever proposed here.") from None


def _drawn(subject: Genotype, name: str, ink: Theme | None) -> Drawing:
    if name == "flattened":
        return flattened_drawing(subject, ink=ink)
    match = _MOTIF.fullmatch(name)
    try:
        if match is None:
            raise ValueError
        return motif_drawing(subject, int(match[1]), int(match[2]), ink=ink)
    except (GenotypeError, ValueError):
        raise Http404(
            f"This genotype has no drawing {name}; try L{subject.space.top}-M1 or flattened."
        ) from None


def _svg(drawn: Drawing, theme: Theme) -> HttpResponse:
    response = HttpResponse(svg_file(drawn, theme), content_type="image/svg+xml; charset=utf-8")
    response.headers["Content-Security-Policy"] = SVG_POLICY
    return response


_PICTURES: dict[str, Callable[[Drawing, Theme], HttpResponse]] = {
    "svg": _svg,
    "png": lambda drawn, theme: HttpResponse(picture_file(drawn, "png"), content_type="image/png"),
    "pdf": lambda drawn, theme: HttpResponse(picture_file(drawn, "pdf"), content_type="application/pdf"),
    "dot": lambda drawn, theme: HttpResponse(drawn.source, content_type="text/vnd.graphviz; charset=utf-8"),
}


def _tab(request: HttpRequest) -> str:
    return request.GET.get("tab", "")


def _edge(request: HttpRequest) -> str:
    return request.GET.get("edge", "")
