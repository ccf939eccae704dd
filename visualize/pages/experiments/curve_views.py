"""View: curve data since a cursor."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from search import selectors
from search.models import Experiment
from search.selectors.curve_deltas import BadCursor
from visualize.pages.experiments.live_curves import delta


def curves_json(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """{cursor, state, open, more, points, best, median, parameters_median, window, thinned}.

    A point is [step, fitness or null, parameters, completion or null, state]. A point may come twice; its step tells.
    """
    try:
        experiment = selectors.experiment_by_id(experiment_id)
        return JsonResponse(delta(experiment, request.GET.get("after", "")))
    except Experiment.DoesNotExist:
        raise Http404(f"There is no experiment {experiment_id}.") from None
    except BadCursor as refusal:
        return JsonResponse({"detail": str(refusal)}, status=422)
