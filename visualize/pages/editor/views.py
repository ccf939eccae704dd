"""Views of the motif editor. Every step works as a plain form too."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from search import services
from search.evolution.genotypes.genotype import EXAMPLE_TEXT, Genotype, GenotypeError, parse_genotype
from search.evolution.genotypes.published import PUBLISHED
from search.evolution.genotypes.slot_diff import same_shape
from search.permissions import actor_of
from search.selectors.previews import carrier_step
from search.tasks import nudge_experiment
from visualize.pages.editor.canvas import MotifSlot, place_of, with_choices
from visualize.pages.editor.page import editor_context, state_address
from visualize.pages.editor.starting_points import Start, named, of_genotype, of_individual, of_text, offers
from visualize.pages.shared.found import genotype_or_404, individual_or_404

ANOTHER_SHAPE = "The changed genotype has another shape than {name}, so it is no edit of it."
TRANSLATED = "A cell of another space, said in this one. {notes}"
EVALUATE = "evaluate"
METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(METHODS)
def individual_edit(request: HttpRequest, experiment_id: int, step: int) -> HttpResponse:
    row = individual_or_404(experiment_id, step)
    return _edit(request, of_individual(row))


@require_http_methods(METHODS)
def genotype_edit(request: HttpRequest, key: str) -> HttpResponse:
    row = genotype_or_404(key)
    return _edit(request, of_genotype(row))


@require_http_methods(METHODS)
def editor(request: HttpRequest) -> HttpResponse:
    """Where to begin, or the editor once that is said."""
    asked = request.POST if request.method == "POST" else request.GET
    start = named(request.GET.get("from", ""))
    if start is not None:
        return _edit(request, start)
    text = asked.get("start", request.GET.get("start"))
    if text is None:
        return _beginnings(request)
    try:
        start = of_text(text)
    except GenotypeError as fault:
        return _beginnings(request, text=text, error=str(fault))
    if "go" not in asked and start.notes:
        messages.info(request, TRANSLATED.format(notes=" ".join(start.notes)))
    if "go" not in asked and request.method == "POST" and not start.pasted:
        return redirect(start.address)
    return _edit(request, start)


def _beginnings(request: HttpRequest, *, text: str = "", error: str = "") -> HttpResponse:
    context = {
        "section": "editor",
        "offers": offers(),
        "text": text,
        "error": error,
        "example_text": PUBLISHED["liu2018"].genotype.text,
        "example_flat": EXAMPLE_TEXT,
    }
    return render(request, "editor/start.html", context, status=422 if error else 200)


def _edit(request: HttpRequest, start: Start) -> HttpResponse:
    """GET shows a state of the edit; POST takes what a form says of one motif, and shows the next state."""
    asked = request.POST if request.method == "POST" else request.GET
    counted, error = asked.get("in", ""), ""
    genotype, place = start.genotype, place_of(start.genotype.space, asked.get("motif", ""))
    try:
        genotype = _state(asked.get("genotype", ""), start)
        if request.method == "POST":
            genotype = with_choices(genotype, place, ((name, str(value)) for name, value in asked.items()))
    except GenotypeError as fault:
        error = str(fault)
    go = asked.get("go", "") if request.method == "POST" else ""
    if go == EVALUATE and not error:
        return _confirmation(request, start, genotype, place, counted)
    place = place_of(start.genotype.space, go) if go.startswith("L") else place
    if request.method == "POST" and not error:
        address = state_address(start, genotype, place, counted)
        if address is not None:
            return redirect(address)
    context = editor_context(start, genotype, place, actor_of(request), counted=counted, error=error)
    return render(request, "editor/detail.html", context, status=422 if error else 200)


def _state(text: str, start: Start) -> Genotype:
    if not text:
        return start.genotype
    genotype = parse_genotype(text)
    if not same_shape(genotype.space, start.genotype.space):
        raise GenotypeError(ANOTHER_SHAPE.format(name=start.name))
    return Genotype(start.genotype.space, genotype.levels)


def _confirmation(
    request: HttpRequest, start: Start, genotype: Genotype, place: MotifSlot, counted: str
) -> HttpResponse:
    """The question that scripts ask in a dialog, on a page of its own."""
    context = editor_context(start, genotype, place, actor_of(request), counted=counted)
    return render(request, "editor/evaluate.html", context)


@require_POST
def evaluate(request: HttpRequest) -> HttpResponse:
    """Put the genotype into the population; then follow it on its own page."""
    chosen = _number(request.POST.get("in", ""))
    try:
        genotype = parse_genotype(request.POST.get("genotype", ""))
        token = UUID(request.POST.get("token", ""))
    except (GenotypeError, ValueError) as fault:
        return _refused(request, str(fault))
    if chosen is None:
        return _refused(request, "Choose an experiment.")
    try:
        with transaction.atomic():
            added = services.evaluate_genotype(
                experiment_id=chosen,
                genotype=genotype,
                token=token,
                parent_step=_parent_step(request, chosen),
                eligible="eligible" in request.POST,
            )
            nudge_experiment(added.experiment_id)
    except services.Conflict as refusal:
        return _refused(request, str(refusal))
    return redirect("individual", added.experiment_id, added.step)


def _refused(request: HttpRequest, reason: str) -> HttpResponse:
    """Back to the page that the form was on, which says why."""
    messages.error(request, f"Nothing was evaluated. {reason}")
    back = request.POST.get("back", "")
    ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return HttpResponseRedirect(back) if ours else redirect("editor")


def _parent_step(request: HttpRequest, experiment_id: int) -> int | None:
    """The individual that was copied, or one of the chosen experiment that is the same genotype."""
    experiment, _, step = request.POST.get("parent", "").partition(":")
    if experiment == str(experiment_id):
        return _number(step)
    return carrier_step(experiment_id, request.POST.get("copied", ""))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
