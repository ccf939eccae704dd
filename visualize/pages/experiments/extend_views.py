"""View: more networks for a finished search. A form that works without scripts."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from search import selectors, services
from search.evolution.experiments.config import experiment_config
from search.models import Experiment, ExperimentState
from search.services.experiments.changes import Changes, update_experiment
from search.tasks import nudge_experiment

MORE = 40


class ExtendForm(forms.Form):
    """How many networks a finished search tries beyond those it has tried."""

    networks = forms.IntegerField(
        min_value=1,
        max_value=1_000_000,
        initial=MORE,
        label="More networks",
        help_text="Beyond those it has tried.",
    )
    planned = forms.IntegerField(min_value=1, max_value=1_000_000, widget=forms.HiddenInput)
    """The budget that the page showed: sending the form twice extends once."""

    @property
    def individuals(self) -> int:
        """The whole budget that is asked for."""
        return int(self.cleaned_data["planned"]) + int(self.cleaned_data["networks"])


def extend_form(experiment: Experiment) -> ExtendForm | None:
    """As a page offers it; None where the search is not finished."""
    if experiment.state != ExperimentState.FINISHED:
        return None
    return ExtendForm(initial={"planned": experiment.individuals_planned})


@require_http_methods(["GET", "POST"])
def extend(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """GET asks how many on a page of its own, for browsers without scripts."""
    try:
        experiment = selectors.experiment_by_id(experiment_id)
    except Experiment.DoesNotExist as missing:
        raise Http404(f"There is no experiment {experiment_id}.") from missing
    form = ExtendForm(request.POST) if request.method == "POST" else extend_form(experiment)
    if form is not None and form.is_valid():
        try:
            update_experiment(experiment_id=experiment_id, changes=Changes(individuals=form.individuals))
        except services.Conflict as refusal:
            form.add_error(None, str(refusal))
        else:
            nudge_experiment(experiment_id)
            messages.success(request, f"The search goes on, up to {form.individuals} networks.")
            return redirect("experiment", experiment_id)
    in_flight = experiment_config(experiment.config).budget.in_flight
    context = {"experiment": experiment, "form": form, "in_flight": in_flight, "section": "experiments"}
    refused = form is not None and bool(form.errors)
    return render(request, "experiments/extend.html", context, status=400 if refused else 200)
