"""Views: workers, waiting and failed evaluations, retry and cancel."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from search import services
from search.models import Evaluation, WorkState
from search.permissions import actor_of
from search.selectors import workers as worker_selectors
from search.selectors.worker_lanes import usual_seconds
from search.tasks import nudge_experiment
from visualize.pages.shared.fragments import render_either
from visualize.pages.workers.lanes import time_picture

STATES = (WorkState.RUNNING, WorkState.WAITING, WorkState.FAILED)
PER_PAGE = 25


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    actor, asked = actor_of(request), request.GET.get("state", "")
    state = asked if asked in STATES else WorkState.WAITING
    present = worker_selectors.workers()
    alive = sum(1 for row in present if row.alive and row.worker.processes)
    offers = worker_selectors.offers_of(present)
    page = Paginator(worker_selectors.evaluations_in(state), PER_PAGE).get_page(request.GET.get("page"))
    rows: list[Evaluation] = list(page.object_list)
    needed = worker_selectors.needed_by(rows)
    counts = worker_selectors.work_counts()
    usual = usual_seconds() if state == WorkState.WAITING else None
    at_once = sum(row.worker.processes for row in present if row.alive)
    context = {
        "section": "workers",
        "workers": present,
        "alive": alive,
        "counts": counts,
        "tabs": [
            (WorkState.RUNNING, counts.running),
            (WorkState.WAITING, counts.waiting),
            (WorkState.FAILED, counts.failed),
        ],
        "state": state,
        "lanes": time_picture(request.GET),
        "finals": worker_selectors.finals_in(state)[:PER_PAGE],
        "page": page,
        "rows": [
            {
                "evaluation": row,
                "needed": needed.get(row.pk, []),
                "may_change": actor.may_change_all(one.experiment for one in needed.get(row.pk, [])),
                "place": page.start_index() + index,
                "starts_in": _starts_in(page.start_index() - 1 + index, usual, at_once),
                "why": worker_selectors.why_waiting(
                    row, page.start_index() - 1 + index, offers, needed.get(row.pk, [])
                )
                if state == WorkState.WAITING
                else row.reason,
            }
            for index, row in enumerate(rows)
        ],
    }
    return render_either(request, "workers/index.html", "workers/parts/now.html", context)


def _starts_in(ahead: int, usual: float | None, at_once: int) -> float | None:
    """Seconds until a worker is expected to come to it, None where nobody knows."""
    return None if usual is None or not at_once else usual * ahead / at_once


@require_POST
def retry(request: HttpRequest, evaluation_id: int) -> HttpResponse:
    return _carry_out(
        request, services.retry_evaluation, evaluation_id, "It waits again, with all its attempts."
    )


@require_POST
def cancel(request: HttpRequest, evaluation_id: int) -> HttpResponse:
    return _carry_out(request, services.cancel_evaluation, evaluation_id, "Cancelled.")


def _carry_out(
    request: HttpRequest, service: Callable[..., list[int]], evaluation_id: int, said: str
) -> HttpResponseRedirect:
    try:
        experiments = service(evaluation_id=evaluation_id)
    except (services.NotFound, Evaluation.DoesNotExist) as refusal:
        raise Http404(str(refusal)) from refusal
    except services.Conflict as refusal:
        messages.warning(request, str(refusal))
    else:
        for experiment_id in experiments:
            nudge_experiment(experiment_id)
        messages.success(request, said)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(back) if safe else HttpResponseRedirect(reverse("workers"))
