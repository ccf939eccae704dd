"""Views of final evaluations: ask for them, look at one, stop it, try it again."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from search.evolution.experiments.config import ConfigError
from search.models import Experiment, FinalEvaluation, WorkState
from search.permissions import actor_of
from search.services.errors import Conflict, NotFound
from search.services.finals.asking import retry_final, stop_final
from search.services.finals.of_searches import ask_for_finals
from search.tasks import ask_for_package, nudge_final
from visualize.charts.stretches import asked_stretch
from visualize.pages.finals.choice import Choice, read_choice
from visualize.pages.finals.experiment_page import experiment_context
from visualize.pages.finals.page import final_context
from visualize.pages.finals.training_fields import TrainingFields
from visualize.pages.shared.found import experiment_or_404, final_or_404, individual_or_404
from visualize.pages.shared.fragments import render_either

PACKING = "A worker packs it and runs the package by itself; reload this page in a while."
NOTHING_DONE = "This search has no finished network yet."
CHOOSE = "Choose a preset, how many networks and how many runs from the lists."


@require_safe
def index(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """The final evaluations of an experiment's networks, and the form for more with what it would take."""
    experiment = experiment_or_404(experiment_id)
    context = experiment_context(experiment, Choice(), TrainingFields())
    return render(request, "finals/experiment.html", context)


@require_POST
def ask(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Networks of an experiment, or a baseline beside them; with the button for the cost shows that alone."""
    experiment = experiment_or_404(experiment_id)
    choice, fields = _filled(request, experiment)
    page, part = "finals/experiment.html", "finals/parts/cost.html"
    if request.POST.get("act") == "cost":
        if choice is None:
            return render(request, part, {"cost": None, "refusal": CHOOSE})
        return render_either(request, page, part, experiment_context(experiment, choice, fields))
    if choice is None:
        messages.error(request, CHOOSE)
        return redirect("experiment_finals", experiment_id)
    if fields.errors:
        return render(request, page, experiment_context(experiment, choice, fields), status=400)
    asked = _asked(request, partial(choice.ask, experiment))
    if len(asked) == 1:
        return redirect("final", asked[0].pk)
    return redirect("experiment_finals", experiment_id)


@require_POST
def ask_individual(request: HttpRequest, experiment_id: int, step: int) -> HttpResponse:
    """One individual: one click leads to the page of its test score."""
    individual = individual_or_404(experiment_id, step)
    choice = read_choice(request.POST)
    if choice is None:
        messages.error(request, CHOOSE)
        return redirect("individual", experiment_id, step)
    how: dict[str, Any] = {"preset": choice.preset, "over": choice.over}
    asked = _asked(request, lambda owner_id: ask_for_finals([individual], owner_id=owner_id, **how))
    return redirect("final", asked[0].pk) if asked else redirect("individual", experiment_id, step)


@require_safe
def detail(request: HttpRequest, final_id: int) -> HttpResponse:
    final = final_or_404(final_id)
    context = final_context(final, asked_stretch(request.GET))
    return render_either(request, "finals/detail.html", "finals/live.html", context)


@require_POST
def stop(request: HttpRequest, final_id: int) -> HttpResponse:
    return _change(request, final_id, stop_final)


@require_POST
def retry(request: HttpRequest, final_id: int) -> HttpResponse:
    return _change(request, final_id, retry_final)


@require_POST
def pack(request: HttpRequest, final_id: int) -> HttpResponse:
    """Have the package made; the page offers it when it has run by itself."""
    final = final_or_404(final_id)
    if final.state == WorkState.DONE:
        ask_for_package(final_id)
        messages.success(request, PACKING)
    return redirect("final", final_id)


def _filled(request: HttpRequest, experiment: Experiment) -> tuple[Choice | None, TrainingFields]:
    """The form as it was sent; the fields hold an error where they or the protocol that they make are not right."""
    fields = TrainingFields(request.POST)
    choice = read_choice(request.POST, fields.overrides if fields.is_valid() else None)
    if choice is not None and choice.changes:
        try:
            choice.cost(experiment)
        except ConfigError as refusal:
            fields.refuse(refusal)
    return choice, fields


def _asked(request: HttpRequest, ask: Callable[[int | None], list[FinalEvaluation]]) -> list[FinalEvaluation]:
    """Asked for and sent; none, with a message, where there is nothing to ask for or the protocol refuses it."""
    try:
        asked = ask(actor_of(request).user_id)
    except ConfigError as refusal:
        messages.error(request, str(refusal))
        return []
    if not asked:
        messages.error(request, NOTHING_DONE)
    for row in asked:
        if row.state == WorkState.WAITING:
            nudge_final(row.pk)
    return asked


def _change(request: HttpRequest, final_id: int, service: Callable[..., FinalEvaluation]) -> HttpResponse:
    try:
        row = service(final_id=final_id)
    except NotFound as refusal:
        raise Http404(str(refusal)) from refusal
    except Conflict as refusal:
        messages.warning(request, str(refusal))
    else:
        if row.state == WorkState.WAITING:
            nudge_final(final_id)
    return redirect("final", final_id)
