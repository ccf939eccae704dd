"""Views: new experiment, its duration estimate, the demo."""

from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
from django.views.decorators.http import require_POST

from search import services
from search.evolution.experiments.config import ExperimentConfig
from search.evolution.experiments.presets import PRESETS
from search.evolution.genotypes.published import PUBLISHED
from search.models import Experiment, ExperimentState
from search.permissions import actor_of
from search.selectors.experiments import unused_name
from search.tasks import nudge_experiment
from visualize.pages.launch.copying import not_taken_over
from visualize.pages.launch.evaluator_fields import inheritance_sentence
from visualize.pages.launch.form import LaunchForm, initial_values, preset_values
from visualize.pages.launch.warnings import launch_warnings
from visualize.pages.shared.duration_estimate import estimate_here
from visualize.pages.shared.signal_sentence import signal_sentence
from visualize.pages.shared.space_builder import builder_context

DEMO = "quick"
NAME_LENGTH = 200
PLACES = "search.training.data.locations.availability"
"""By its dotted path, like the trainer: nothing in the web process imports search.training."""


def new(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        form = LaunchForm(request.POST)
        if form.is_valid():
            return _launch(request, form.cleaned_data["name"], form.config, form.cleaned_data["token"])
        return render(request, "launch/new.html", _context(form, request.GET.get("preset", "")))
    if "from" in request.GET:
        return _clone(request, request.GET["from"])
    chosen = request.GET.get("preset", DEMO)
    values = preset_values(chosen) | _seeded(request.GET.get("seed", ""))
    values["name"] = unused_name(values["name"])
    form = LaunchForm(initial={**values, "token": uuid4()})
    return render(
        request, "launch/new.html", _context(form, chosen, PRESETS.get(chosen, PRESETS[DEMO]).config)
    )


def _seeded(name: str) -> dict[str, Any]:
    """The form begins with a published cell: one click on its link."""
    cell = PUBLISHED.get(name)
    return {"start_from": cell.genotype.text} if cell else {}


def _clone(request: HttpRequest, key: str) -> HttpResponse:
    """The form as another experiment filled it, to be changed before it is launched."""
    source = (
        Experiment.objects.filter(pk=int(key)).first()
        if key.isascii() and key.isdigit() and len(key) < 10
        else None
    )
    if source is None:
        raise Http404(f"There is no experiment {key[:20]} to clone.")
    config = source.configuration
    values = {"name": f"{source.name} (copy)"[:NAME_LENGTH], **initial_values(config), "token": uuid4()}
    return render(
        request,
        "launch/new.html",
        _context(LaunchForm(initial=values), "", config) | {"source": source, "lost": not_taken_over(config)},
    )


@require_POST
def estimate(request: HttpRequest) -> HttpResponse:
    """The estimate alone, while the form is being filled in."""
    form = LaunchForm(request.POST)
    config = form.config if form.is_valid() else None
    return render(request, "launch/parts/estimate.html", _estimate(config, form))


@require_POST
def demo(request: HttpRequest) -> HttpResponse:
    preset = PRESETS[DEMO]
    try:
        token = UUID(request.POST.get("token", ""))
    except ValueError:
        token = uuid4()
    return _launch(request, unused_name(preset.title), preset.config, token)


def _launch(request: HttpRequest, name: str, config: ExperimentConfig, token: UUID) -> HttpResponse:
    """Create and start. The same form sent twice leads to the same experiment, started once."""
    try:
        with transaction.atomic():
            experiment = services.create_experiment(
                name=name, config=config, launch=token, owner_id=actor_of(request).user_id
            )
            if experiment.state == ExperimentState.DRAFT:
                services.start_experiment(experiment_id=experiment.pk)
            nudge_experiment(experiment.pk)
    except services.Conflict as refusal:
        messages.error(request, str(refusal))
        return redirect("experiment_new")
    return redirect("experiment", experiment.pk)


def _context(form: LaunchForm, chosen: str, config: ExperimentConfig | None = None) -> dict[str, Any]:
    presets = list(PRESETS.values())
    context = {
        "form": form,
        "presets": presets,
        "chosen": chosen,
        "section": "experiments",
        "published": PUBLISHED.values(),
    }
    return context | builder_context() | _estimate(config, form)


def _estimate(config: ExperimentConfig | None, form: LaunchForm) -> dict[str, Any]:
    """What it would take; of a form that is not right, which fields to correct."""
    if config is None:
        return {"faults": [form.fields[name].label or name for name in form.errors if name in form.fields]}
    found = estimate_here(config)
    return {
        "estimate": found,
        "warnings": launch_warnings(config, found),
        "embedded": settings.EMBEDDED,
        "dataset": config.protocol.dataset,
        "availability": import_string(PLACES)(config.protocol.dataset),
        "signal": signal_sentence(config.protocol),
        "inheritance": inheritance_sentence(config),
    }
