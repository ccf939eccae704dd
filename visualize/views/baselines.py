"""Flat against hierarchical against random with one button: the searches are started, then compared."""

from uuid import UUID, uuid4, uuid5

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from search import services
from search.actor import actor_of
from search.evolution.baselines import baselines
from search.evolution.presets import PRESETS
from search.models import ExperimentState
from search.tasks import nudge_experiment

PRESET = "quick"
SEEDS = (1, 2, 3, 5)
NETWORKS = (20, 40, 80, 200)
UNKNOWN = "Choose how many seeds and networks from the lists."


@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """The same form sent twice starts everything once."""
    try:
        token = UUID(request.POST.get("token", ""))
    except ValueError:
        token = uuid4()
    seeds, networks = (_one_of(request.POST.get(name, ""), of) for name, of in _FIELDS)
    if seeds is None or networks is None:
        messages.error(request, UNKNOWN)
        return redirect("compare")
    started = []
    with transaction.atomic():
        for name, config in baselines(PRESETS[PRESET].config, networks=networks, seeds=seeds):
            experiment = services.create_experiment(
                name=name, config=config, launch=uuid5(token, name), owner_id=actor_of(request).user_id
            )
            if experiment.state == ExperimentState.DRAFT:
                services.start_experiment(experiment_id=experiment.pk)
            nudge_experiment(experiment.pk)
            started.append(str(experiment.pk))
    return redirect(f"{reverse('compare')}?experiments={','.join(started)}&x=evaluations")


_FIELDS = (("seeds", SEEDS), ("networks", NETWORKS))


def _one_of(text: str, known: tuple[int, ...]) -> int | None:
    return next((number for number in known if str(number) == text), None)
