"""Views of final evaluations: ask for them, look at one, stop it, try it again."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from search import selectors, services
from search.evolution.experiments.config import ConfigError
from search.evolution.finals.presets import DEFAULT_PRESET, FINAL_PRESETS
from search.evolution.genotypes.reference_cells import BASELINES
from search.models import Experiment, FinalEvaluation, Individual, WorkState
from search.permissions import actor_of
from search.selectors.baselines import baselines_of
from search.selectors.finals import best_individuals, final_by_id, finals_of_experiment, optimism
from search.services.errors import Conflict, NotFound
from search.services.finals.asking import retry_final, stop_final
from search.services.finals.of_searches import ask_for_finals
from search.tasks import ask_for_package, nudge_final
from visualize.pages.finals.page import final_context
from visualize.pages.shared.fragments import render_either

BASELINE = "baseline:"
BEST = (1, 3, 5, 10, 20)
RUNS = tuple(range(1, 17))
PACKING = "A worker packs it and runs the package by itself; reload this page in a while."
NOTHING_DONE = "This search has no finished network yet."
CHOOSE = "Choose a preset, how many networks and how many runs from the lists."


@require_safe
def index(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """The final evaluations of an experiment's networks, and the form for more."""
    experiment = _experiment(experiment_id)
    context = {
        "experiment": experiment,
        "rows": finals_of_experiment(experiment),
        "optimism": optimism(experiment),
        "baselines": [(row, uuid4()) for row in baselines_of(experiment)],
        "baseline_titles": BASELINES,
        "presets": FINAL_PRESETS.values(),
        "preset": DEFAULT_PRESET,
        "counts": BEST,
        "run_counts": RUNS,
        "view": "finals",
        "section": "experiments",
    }
    return render(request, "finals/experiment.html", context)


@require_POST
def ask(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """The best so many networks of an experiment, or a baseline beside them."""
    experiment = _experiment(experiment_id)
    baseline = request.POST.get("best", "").removeprefix(BASELINE)
    if baseline in BASELINES:
        asked = _asked(request, partial(_ask_for_baseline, experiment, baseline))
        return redirect("final", asked[0].pk) if asked else redirect("experiment_finals", experiment_id)
    count = _whole(request.POST.get("best", "1"), BEST)
    if count is None:
        messages.error(request, CHOOSE)
        return redirect("experiment_finals", experiment_id)
    individuals = best_individuals(experiment, count)
    if not individuals:
        messages.error(request, NOTHING_DONE)
        return redirect("experiment_finals", experiment_id)
    asked = _asked(request, partial(ask_for_finals, individuals))
    if len(asked) == 1:
        return redirect("final", asked[0].pk)
    return redirect("experiment_finals", experiment_id)


@require_POST
def ask_individual(request: HttpRequest, experiment_id: int, step: int) -> HttpResponse:
    """One individual: one click leads to the page of its test score."""
    try:
        individual = selectors.individual(experiment_id, step)
    except Individual.DoesNotExist:
        raise Http404(f"Experiment {experiment_id} has no individual #{step}.") from None
    asked = _asked(request, partial(ask_for_finals, [individual]))
    return redirect("final", asked[0].pk) if asked else redirect("individual", experiment_id, step)


@require_safe
def detail(request: HttpRequest, final_id: int) -> HttpResponse:
    try:
        final = final_by_id(final_id)
    except FinalEvaluation.DoesNotExist:
        raise Http404(f"There is no final evaluation {final_id}.") from None
    return render_either(request, "finals/detail.html", "finals/live.html", final_context(final))


@require_POST
def stop(request: HttpRequest, final_id: int) -> HttpResponse:
    return _change(request, final_id, stop_final)


@require_POST
def retry(request: HttpRequest, final_id: int) -> HttpResponse:
    return _change(request, final_id, retry_final)


@require_POST
def pack(request: HttpRequest, final_id: int) -> HttpResponse:
    """Have the package made; the page offers it when it has run by itself."""
    try:
        final = final_by_id(final_id)
    except FinalEvaluation.DoesNotExist:
        raise Http404(f"There is no final evaluation {final_id}.") from None
    if final.state == WorkState.DONE:
        ask_for_package(final_id)
        messages.success(request, PACKING)
    return redirect("final", final_id)


def _ask_for_baseline(experiment: Experiment, baseline: str, **wanted: Any) -> list[FinalEvaluation]:
    return [services.ask_for_baseline(experiment, baseline=baseline, **wanted)]


def _asked(request: HttpRequest, ask: Callable[..., list[FinalEvaluation]]) -> list[FinalEvaluation]:
    """Asked for and sent; none, with a message, where the form is not right."""
    preset = request.POST.get("preset", DEFAULT_PRESET)
    runs = request.POST.get("runs", "")
    count = _whole(runs, RUNS)
    if preset not in FINAL_PRESETS or (runs and count is None):
        messages.error(request, CHOOSE)
        return []
    over = {} if count is None else {"repeats": count}
    try:
        asked = ask(preset=preset, over=over, owner_id=actor_of(request).user_id)
    except ConfigError as refusal:
        messages.error(request, str(refusal))
        return []
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


def _experiment(experiment_id: int) -> Experiment:
    try:
        return selectors.experiment_by_id(experiment_id)
    except Experiment.DoesNotExist:
        raise Http404(f"There is no experiment {experiment_id}.") from None


def _whole(text: str, known: Sequence[int]) -> int | None:
    return next((number for number in known if str(number) == text), None)
