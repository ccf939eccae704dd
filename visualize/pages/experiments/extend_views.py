"""View: more networks for a finished search. A form that works without scripts."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from search import services
from search.models import Experiment, ExperimentState
from search.services.experiments.changes import Changes, update_experiment
from search.tasks import nudge_experiment
from visualize.pages.shared.budget_field import BudgetField
from visualize.pages.shared.found import experiment_or_404

MORE = 40
AT_LEAST_ONE = "Write at least 1."


class ExtendForm(forms.Form):
    """How many networks a finished search tries beyond those it has tried."""

    networks = forms.IntegerField(
        min_value=0,
        max_value=1_000_000,
        label="More networks",
        help_text="Beyond those it has tried.",
    )
    device_hours = BudgetField(
        "Device hours of training in all, those that are spent included, or money where a device hour has its price "
        "here. Empty: no such end."
    )
    planned = forms.IntegerField(min_value=1, max_value=1_000_000, widget=forms.HiddenInput)
    """The budget that the page showed: sending the form twice extends once."""

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("networks") == 0 and "device_hours" not in self.data:
            self.add_error("networks", AT_LEAST_ONE)
        return values

    @property
    def changes(self) -> Changes:
        """The whole budget that is asked for; a form without the field of device hours leaves them."""
        told = "device_hours" in self.data
        return Changes(
            individuals=int(self.cleaned_data["planned"]) + int(self.cleaned_data["networks"]),
            device_hours=(self.cleaned_data["device_hours"] or 0) if told else None,
        )


def extend_form(experiment: Experiment) -> ExtendForm | None:
    """As a page offers it; None where the search is not finished."""
    if experiment.state != ExperimentState.FINISHED:
        return None
    return ExtendForm(
        initial={
            "planned": experiment.individuals_planned,
            "networks": 0 if experiment.proposed < experiment.individuals_planned else MORE,
            "device_hours": experiment.device_hours,
        }
    )


@require_http_methods(["GET", "POST"])
def extend(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """GET asks how many on a page of its own, for browsers without scripts."""
    experiment = experiment_or_404(experiment_id)
    form = ExtendForm(request.POST) if request.method == "POST" else extend_form(experiment)
    if form is not None and form.is_valid():
        try:
            update_experiment(experiment_id=experiment_id, changes=form.changes)
        except services.Conflict as refusal:
            form.add_error(None, str(refusal))
        else:
            nudge_experiment(experiment_id)
            messages.success(request, f"The search goes on, up to {form.changes.individuals} networks.")
            return redirect("experiment", experiment_id)
    in_flight = experiment.configuration.budget.in_flight
    context = {"experiment": experiment, "form": form, "in_flight": in_flight, "section": "experiments"}
    refused = form is not None and bool(form.errors)
    return render(request, "experiments/extend.html", context, status=400 if refused else 200)
