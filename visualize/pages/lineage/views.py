"""Views: lineage, replay frame by frame, animation as a file."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from search import models, selectors
from visualize.pages.genotypes.page import individual_context
from visualize.pages.lineage.animation import film
from visualize.pages.lineage.page import lineage_context
from visualize.pages.lineage.replay import still
from visualize.render.standalone import SVG_POLICY
from visualize.style.palette import Theme

LARGEST_STEP = 2**31


@require_safe
def lineage(request: HttpRequest, experiment_id: int, step: int) -> HttpResponse:
    """A tab of the individual's page: `?show=siblings&x=generation&order=-fitness&page=2&replay=best&frame=7`."""
    row = _individual(experiment_id, step)
    context = {
        **individual_context(row, tab="lineage", edge=""),
        **lineage_context(row, request.GET),
        "address": reverse("individual", args=[experiment_id, step]),
    }
    return render(request, "lineage/page.html", context)


@require_safe
def frame(request: HttpRequest, experiment_id: int, step: int) -> HttpResponse:
    """One frame of a replay: an individual, with the edges marked that differ from the individual `?before=STEP`."""
    row = _individual(experiment_id, step)
    asked = request.GET.get("before", "")
    former = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
    before = _individual(experiment_id, former) if former is not None else None
    response = render(request, "lineage/parts/frame.html", {"still": still(row, before)})
    if row.state not in models.Individual.OPEN:
        patch_cache_control(response, private=True, max_age=3600)  # neither of the two changes any more
    return response


@require_safe
def replay_file(request: HttpRequest, experiment_id: int, step: int) -> HttpResponse:
    """The whole replay as one animated SVG that needs nothing around it; `?replay=best`, `?theme=dark`."""
    row = _individual(experiment_id, step)
    theme: Theme = "dark" if request.GET.get("theme") == "dark" else "light"
    text = film(row, kind=request.GET.get("replay", ""), theme=theme)
    response = HttpResponse(text, content_type="image/svg+xml; charset=utf-8")
    response.headers["Content-Security-Policy"] = SVG_POLICY
    return response


@require_safe
def replay(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """The best so far over a whole experiment: on the page of its best individual."""
    experiment = models.Experiment.objects.select_related("best").filter(pk=experiment_id).first()
    if experiment is None or experiment.best is None:
        raise Http404(f"Experiment {experiment_id} has no evaluated individual to replay.")
    address = reverse("individual_lineage", args=[experiment_id, experiment.best.step])
    return redirect(f"{address}?replay=best#replay")


def _individual(experiment_id: int, step: int) -> models.Individual:
    try:
        if max(experiment_id, step) >= LARGEST_STEP:
            raise models.Individual.DoesNotExist
        return selectors.individual(experiment_id, step)
    except models.Individual.DoesNotExist:
        raise Http404(f"Experiment {experiment_id} has no individual #{step}.") from None
