"""Views: rename, tag, note, budget, archive, delete an experiment; notes on individuals."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from search import services
from search.models import ExperimentState, Individual
from search.selectors.deletion import consequence_of_deletion
from search.services.annotations import write_annotations
from search.services.experiments.changes import (
    DELETABLE,
    GOING_ON,
    Changes,
    delete_experiment,
    update_experiment,
)
from search.tasks import nudge_experiment
from visualize.pages.settings.forms import ExperimentForm, WordsForm
from visualize.pages.shared.found import experiment_or_404


@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Everything that may change about an experiment, on one page that needs no script."""
    experiment = experiment_or_404(experiment_id)
    going_on = experiment.state in GOING_ON
    form = ExperimentForm(
        request.POST if request.method == "POST" else None, experiment=experiment, going_on=going_on
    )
    if request.method == "POST" and form.is_valid() and _saved(experiment_id, form):
        said = "Saved."
        if "resume" in request.POST:
            services.resume_experiment(experiment_id=experiment_id)
            said = "Saved and resumed."
        nudge_experiment(experiment_id)
        messages.success(request, said)
        return redirect("experiment", experiment_id)
    context = {
        "experiment": experiment,
        "form": form,
        "going_on": going_on,
        "deletable": experiment.state in DELETABLE,
        "resumable": experiment.state == ExperimentState.PAUSED,
        "consequence": consequence_of_deletion(experiment),
        "section": "experiments",
    }
    return render(request, "settings/settings.html", context, status=200 if not form.errors else 400)


def _saved(experiment_id: int, form: ExperimentForm) -> bool:
    fields: dict[str, Any] = {name: form.cleaned_data[name] for name in form.cleaned_data}
    if "device_hours" in fields:  # emptied by hand it is none; a form without the field leaves it
        fields["device_hours"] = (fields["device_hours"] or 0) if "device_hours" in form.data else None
    try:
        update_experiment(experiment_id=experiment_id, changes=Changes(**fields))
    except services.Conflict as refusal:
        form.add_error("individuals" if "individuals" in form.fields else None, str(refusal))
        return False
    return True


@require_POST
def archive(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Out of the list, kept whole; or back into it."""
    experiment_or_404(experiment_id)
    archived = request.POST.get("archived") == "yes"
    update_experiment(experiment_id=experiment_id, changes=Changes(archived=archived))
    messages.success(request, "Archived: out of the list, kept whole." if archived else "Back in the list.")
    return redirect("experiment_settings", experiment_id)


@require_POST
def delete(request: HttpRequest, experiment_id: int) -> HttpResponse:
    """Only with the experiment's name typed in: what goes cannot come back."""
    experiment = experiment_or_404(experiment_id)
    if request.POST.get("name", "").strip() != experiment.name.strip():
        messages.error(request, f"Nothing was deleted: type the name “{experiment.name}” to confirm.")
        return redirect("experiment_settings", experiment_id)
    try:
        delete_experiment(experiment_id=experiment_id)
    except services.Conflict as refusal:
        messages.warning(request, str(refusal))
        return redirect("experiment_settings", experiment_id)
    messages.success(request, f"“{experiment.name}” is deleted. The fitness of its networks is kept.")
    return redirect("experiments")


@require_http_methods(["GET", "POST"])
def words(request: HttpRequest, experiment_id: int, step: int) -> HttpResponse:
    """Notes and tags of one individual."""
    row = Individual.objects.select_related("experiment").filter(experiment=experiment_id, step=step).first()
    if row is None:
        raise Http404(f"Experiment {experiment_id} has no individual {step}.")
    data = request.POST if request.method == "POST" else None
    form = WordsForm(data, initial={"tags": row.tags, "notes": row.notes})
    if request.method == "POST" and form.is_valid():
        write_annotations(
            individual_id=row.pk, notes=form.cleaned_data["notes"], tags=form.cleaned_data["tags"]
        )
        messages.success(request, "Saved.")
        return redirect("individual", experiment_id, step)
    context = {"individual": row, "experiment": row.experiment, "form": form, "section": "experiments"}
    return render(request, "settings/words.html", context, status=200 if not form.errors else 400)
