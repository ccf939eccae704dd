"""View: import of an experiment file, without scripts. Export is a link to the API."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from search.permissions import actor_of
from search.services import importing
from search.services.errors import Conflict
from search.services.importing import Imported
from search.tasks import nudge_experiment
from visualize.style.formats import count

TOO_LARGE = "The file has {size} MiB; at most {most} MiB are read here."
ROOM_FOR_THE_FORM = 2**16


class ImportForm(forms.Form):
    """One file."""

    file = forms.FileField(
        label="File",
        allow_empty_file=False,
        help_text="What “Export” in an experiment's settings gave, such as experiment-7.nasweb.jsonl.gz.",
        widget=forms.FileInput(attrs={"accept": ".gz,.jsonl,application/gzip"}),
        error_messages={"required": "Choose a file first."},
    )


@csrf_exempt  # only so that the length is looked at before anything is read: what follows asks for the token
@require_http_methods(["GET", "POST"])
def import_file(request: HttpRequest) -> HttpResponse:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.method == "POST" and int(length) > importing.MOST_BYTES + ROOM_FOR_THE_FORM:
        form = ImportForm()
        form.errors["file"] = form.error_class(
            [TOO_LARGE.format(size=int(length) // 2**20, most=importing.MOST_BYTES // 2**20)]
        )
        return _page(request, form, 413)
    return _import(request)


@csrf_protect
def _import(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, ImportForm())
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, 400)
    try:
        done = importing.import_experiment(file=form.cleaned_data["file"], owner_id=actor_of(request).user_id)
    except Conflict as refusal:
        form.add_error("file", f"This file cannot be imported. {str(refusal)[:1].upper()}{str(refusal)[1:]}.")
        return _page(request, form, 400)
    for experiment_id in done.advance:
        nudge_experiment(experiment_id)
    messages.success(request, _said(done))
    return redirect("experiment", done.experiment_id)


def _page(request: HttpRequest, form: ImportForm, status: int = 200) -> HttpResponse:
    return render(request, "settings/import.html", {"form": form, "section": "experiments"}, status=status)


def _said(done: Imported) -> str:
    met = done.met
    parts = [
        f"Imported with {count(done.individuals)} individuals.",
        f"{count(met.new)} evaluations are new here." if met.new else "Its networks were all known here.",
    ]
    if met.finished:
        parts.append(f"{count(met.finished)} that waited here are done now.")
    if met.differing:
        parts.append(f"{count(met.differing)} were known here with another fitness, which stays.")
    return " ".join(parts)
