"""Views of shared trainings: the list, a new one counted before it starts, one with its course, what is made of it."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from search.evolution.experiments.config import Protocol
from search.evolution.experiments.shared_trainings import METHODS
from search.evolution.genotypes.space import SearchSpace, search_space
from search.models import Artifact, Experiment, WorkState
from search.permissions import actor_of
from search.selectors.shared_trainings import shared_training_by_id, shared_trainings
from search.services.artifacts import asking
from search.services.artifacts.starting import counted, start_shared_training, why_it_cannot_fit
from search.services.errors import Conflict, NotFound
from search.services.proposing.shared_weights import (
    SEARCH_STRATEGIES,
    retrain_best,
    search_with_weights,
)
from search.tasks import nudge_artifact, nudge_experiment
from visualize.pages.shared.fragments import render_either
from visualize.pages.shared.space_builder import builder_context, custom_space
from visualize.pages.shared.space_summary import space_summary
from visualize.pages.shared_trainings.form import METHOD_TITLES, SharedTrainingForm, initial_values
from visualize.pages.shared_trainings.page import BEST, INDIVIDUALS, Context, training_context
from visualize.pages.shared_trainings.replay import frame
from visualize.pages.shared_trainings.trellis_picture import trellis_picture

PER_PAGE = 50
KNOWN = "This document was trained before: here it is. Another seed would make another one."
CHOOSE = "Choose how many from the list."


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All shared trainings, the latest first."""
    page = Paginator(shared_trainings(), PER_PAGE).get_page(request.GET.get("page"))
    rows = [(row, METHOD_TITLES.get(row.document["method"], "")) for row in page]
    context = {"page": page, "rows": rows, "trellis": trellis_picture(), "section": "experiments"}
    return render(request, "shared_trainings/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form; sent, it leads to the page of the shared training."""
    if request.method != "POST":
        form = SharedTrainingForm(initial=initial_values(request.GET.get("method", "")))
        return render(request, "shared_trainings/new.html", _form_context(form))
    form = SharedTrainingForm(request.POST)
    if form.is_valid():
        try:
            row, is_new = start_shared_training(
                config=form.config,
                name=form.cleaned_data["name"],
                retrain_best=form.cleaned_data["retrain_best"],
                owner_id=actor_of(request).user_id,
            )
        except Conflict as refusal:
            form.add_error(None, str(refusal))
        else:
            if not is_new:
                messages.info(request, KNOWN)
            if row.state == WorkState.WAITING:
                nudge_artifact(row.pk)
            return redirect("shared_training", row.pk)
    return render(request, "shared_trainings/new.html", _form_context(form), status=422)


@require_POST
def estimate(request: HttpRequest) -> HttpResponse:
    """Weights and memory of what the form describes; stores nothing."""
    return render(
        request, "shared_trainings/parts/estimate.html", _estimate(SharedTrainingForm(request.POST))
    )


@require_POST
def space(request: HttpRequest) -> HttpResponse:
    """Figures and skeleton of the custom space that the form describes, whatever else in it is wrong."""
    form = SharedTrainingForm(request.POST)
    if form.is_valid():
        context = _figures(form.config.space, form.config.protocol)
    elif "space_document" in form.errors:
        context = {"faults": form.errors["space_document"]}
    else:
        context = _space_alone(request.POST.get("space_document", ""))
    return render(request, "shared/space_figures.html", context)


@require_safe
def detail(request: HttpRequest, training_id: int) -> HttpResponse:
    context = training_context(_training(training_id), request.GET)
    return render_either(request, "shared_trainings/detail.html", "shared_trainings/live.html", context)


@require_safe
def epoch(request: HttpRequest, training_id: int, number: int) -> HttpResponse:
    """One frame of the replay: the genotype derived after that epoch, beside that of the epoch `?before=`."""
    points = {str(point["epoch"]): point for point in _training(training_id).history if point["derived"]}
    if str(number) not in points:
        raise Http404(f"Shared training {training_id} derived no genotype after epoch {number}.")
    still = frame(points[str(number)], points.get(request.GET.get("before", "")))
    return render(request, "shared_trainings/parts/frame.html", {"still": still})


@require_POST
def pause(request: HttpRequest, training_id: int) -> HttpResponse:
    return _change(request, training_id, asking.pause_artifact)


@require_POST
def resume(request: HttpRequest, training_id: int) -> HttpResponse:
    return _change(request, training_id, asking.resume_artifact)


@require_POST
def stop(request: HttpRequest, training_id: int) -> HttpResponse:
    return _change(request, training_id, asking.stop_artifact)


@require_POST
def retry(request: HttpRequest, training_id: int) -> HttpResponse:
    return _change(request, training_id, asking.retry_artifact)


@require_POST
def retrain(request: HttpRequest, training_id: int) -> HttpResponse:
    """Its best networks from scratch, by one click."""
    count = _whole(request.POST.get("best", ""), BEST)
    owner = actor_of(request).user_id
    return _made(
        request, training_id, count, lambda row, best: retrain_best(artifact=row, count=best, owner_id=owner)
    )


@require_POST
def search(request: HttpRequest, training_id: int) -> HttpResponse:
    """A search whose networks are scored with its weights."""
    strategy = request.POST.get("strategy", "")
    count = (
        _whole(request.POST.get("individuals", ""), INDIVIDUALS) if strategy in SEARCH_STRATEGIES else None
    )
    owner = actor_of(request).user_id
    return _made(
        request,
        training_id,
        count,
        lambda row, individuals: search_with_weights(
            artifact=row, individuals=individuals, strategy=strategy, owner_id=owner
        ),
    )


def _made(
    request: HttpRequest, training_id: int, count: int | None, make: Callable[[Artifact, int], Experiment]
) -> HttpResponse:
    row = _training(training_id)
    if count is None:
        messages.error(request, CHOOSE)
        return redirect("shared_training", training_id)
    try:
        made = make(row, count)
    except Conflict as refusal:
        messages.warning(request, str(refusal))
        return redirect("shared_training", training_id)
    nudge_experiment(made.pk)
    return redirect("experiment", made.pk)


def _change(request: HttpRequest, training_id: int, service: Callable[..., object]) -> HttpResponse:
    try:
        changed = service(artifact_id=training_id)
    except NotFound as refusal:
        raise Http404(str(refusal)) from refusal
    except Conflict as refusal:
        messages.warning(request, str(refusal))
        return redirect("shared_training", training_id)
    if isinstance(changed, Artifact) and changed.state == WorkState.WAITING and not changed.paused:
        nudge_artifact(training_id)
    if isinstance(changed, list):  # experiments whose networks will never be scored
        for experiment_id in changed:
            nudge_experiment(experiment_id)
    return redirect("shared_training", training_id)


def _form_context(form: SharedTrainingForm) -> Context:
    methods = [(METHOD_TITLES.get(name, name), meaning) for name, meaning in METHODS.items()]
    context: Context = {"form": form, "methods": methods, "section": "experiments"}
    return context | builder_context() | _estimate(form)


def _estimate(form: SharedTrainingForm) -> Context:
    """Of the form as it stands; nothing where it is not right yet."""
    bound = form if form.is_bound else SharedTrainingForm(data=form.initial)
    if not bound.is_valid():
        return {"memory": None}
    wanted = counted(bound.config)
    return {
        "memory": wanted,
        "batch": bound.config.protocol.batch_size,
        "refusal": why_it_cannot_fit(bound.config, wanted),
    }


def _space_alone(text: str) -> Context:
    """Of a form that is wrong elsewhere: costs are counted in the usual host."""
    try:
        return _figures(search_space(custom_space(text)), Protocol())
    except (ValueError, KeyError):
        return {"faults": []}


def _figures(space: SearchSpace, protocol: Protocol) -> Context:
    return {"summary": space_summary(space, protocol.shape_host)}


def _training(training_id: int) -> Artifact:
    try:
        return shared_training_by_id(training_id)
    except Artifact.DoesNotExist:
        raise Http404(f"There is no shared training {training_id}.") from None


def _whole(text: str, known: tuple[int, ...]) -> int | None:
    return next((number for number in known if str(number) == text), None)
