"""Views of the comparison page."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from visualize.charts.trajectory_plots import plots_json
from visualize.pages.compare.page import AXES, asked, compare_page, drawn, end_of_axis, grouped
from visualize.pages.shared.fragments import render_either


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The page; for a script the parts that a running search changes. The chooser's boxes become one short list."""
    wanted = asked(request.GET)
    if len(request.GET.getlist("experiments")) > 1:
        usual = {"x": "step", "bands": "range", "name": ""}
        kept = {
            name: request.GET[name] for name in usual if request.GET.get(name, "") not in ("", usual[name])
        }
        query = urlencode({"experiments": wanted.experiments, **kept}, safe=",")
        return redirect(f"{reverse('compare')}?{query}")
    context = {**compare_page(wanted), "section": "compare"}
    return render_either(request, "compare/index.html", "compare/parts/results.html", context)


@require_safe
def chooser(request: HttpRequest) -> HttpResponse:
    """What can be chosen, while a name is being typed."""
    return render(request, "compare/parts/choices.html", compare_page(asked(request.GET)))


@require_safe
def curves(request: HttpRequest) -> HttpResponse:
    """{open, end, plots: [{name, first, range: [largest x, least y, largest y], series: [{number, lines, band}],
    svg}]}: `end` of the whole axis; what is shown of it begins at `first`."""
    wanted = asked(request.GET)
    groups = grouped(wanted)
    is_open = any(run.is_open for group in groups for run in group.runs)
    found = plots_json(drawn(groups, wanted), AXES[wanted.axis])
    return JsonResponse({"open": is_open, "end": end_of_axis(groups, wanted), "plots": found})
