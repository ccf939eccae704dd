"""Views: start, pause, resume, stop. Forms that work without scripts."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from search import services
from search.models import Experiment
from search.permissions import actor_of
from search.tasks import nudge_experiment

Service = Callable[..., Experiment]
RESCORING = (
    "It is being trained afresh: experiment {key}. What it reaches will stand here beside its fitness."
)
MOST_DIGITS = 10


@require_POST
def start(request: HttpRequest, experiment_id: int) -> HttpResponse:
    return _carry_out(request, services.start_experiment, experiment_id)


@require_POST
def pause(request: HttpRequest, experiment_id: int) -> HttpResponse:
    said = "Paused. What is in training now runs to its end; nothing new is begun."
    return _carry_out(request, services.pause_experiment, experiment_id, said)


@require_POST
def resume(request: HttpRequest, experiment_id: int) -> HttpResponse:
    return _carry_out(request, services.resume_experiment, experiment_id, "Resumed.")


@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """GET asks for confirmation on a page of its own, for browsers without scripts."""
    if request.method == "POST":
        return _carry_out(
            request, services.stop_experiment, experiment_id, "Stopped. What was finished is kept."
        )
    experiment = Experiment.objects.filter(pk=experiment_id).first()
    if experiment is None:
        raise Http404(f"There is no experiment {experiment_id}.")
    return render(request, "experiments/stop.html", {"experiment": experiment, "section": "experiments"})


@require_POST
def rescore(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Train the best afresh, in an experiment of its own; or with its step another individual, from the test scores."""
    step = request.POST.get("step", "")
    told = int(step) if step.isascii() and step.isdigit() and len(step) < MOST_DIGITS else None
    try:
        made = services.rescore_best(
            experiment_id=experiment_id, owner_id=actor_of(request).user_id, step=told
        )
    except services.NotFound as refusal:
        raise Http404(str(refusal)) from refusal
    except services.Conflict as refusal:
        messages.warning(request, str(refusal))
    else:
        nudge_experiment(made.pk)
        messages.success(request, RESCORING.format(key=made.pk))
    return redirect("experiment" if told is None else "experiment_finals", experiment_id)


def _carry_out(
    request: HttpRequest, service: Service, experiment_id: int, said: str = ""
) -> HttpResponseRedirect:
    try:
        service(experiment_id=experiment_id)
    except services.NotFound as refusal:
        raise Http404(str(refusal)) from refusal
    except services.Conflict as refusal:
        messages.warning(request, str(refusal))
    else:
        nudge_experiment(experiment_id)
        if said:
            messages.success(request, said)
    return redirect("experiment", experiment_id)
