"""Views of studies: the list, the launch form with its cost, one study's results, pause, resume and stop."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from search.evolution.studies.records import StudyKind
from search.evolution.studies.rows import STUDY_KINDS
from search.models import Study
from search.permissions import actor_of
from search.selectors.studies import studies, study_by_id
from search.selectors.study_cost import study_cost
from search.services.errors import Conflict, NotFound
from search.services.studies.controls import pause_study, resume_study, stop_study
from search.services.studies.launching import create_study
from search.tasks import nudge_experiment, nudge_study
from visualize.pages.shared.fragments import render_either
from visualize.pages.studies.form import StudyForm
from visualize.pages.studies.page import study_context

PER_PAGE = 50
DEFAULT_KIND = next(iter(STUDY_KINDS))


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    page = Paginator(studies(), PER_PAGE).get_page(request.GET.get("page"))
    rows = [(study, STUDY_KINDS.get(study.kind)) for study in page]
    context = {"rows": rows, "page": page, "kinds": STUDY_KINDS.values(), "section": "studies"}
    return render(request, "studies/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """GET shows the form and what it would cost; its fields may stand in the address. POST starts the study, or with
    the button for the cost shows that alone."""
    kind = _kind(request.POST.get("kind") or request.GET.get("kind", DEFAULT_KIND))
    if request.method == "POST":
        form = StudyForm(kind, request.POST)
        if request.POST.get("act") == "cost":
            return render_either(
                request, "studies/new.html", "studies/parts/cost.html", _form_context(kind, form)
            )
        if form.is_valid():
            return _start(request, form)
        return render(request, "studies/new.html", _form_context(kind, form), status=400)
    told = set(request.GET) & set(kind.settings.model_fields)
    form = StudyForm(kind, request.GET if told else None)
    return render(request, "studies/new.html", _form_context(kind, form))


@require_safe
def detail(request: HttpRequest, study_id: int) -> HttpResponse:
    try:
        study = study_by_id(study_id)
    except Study.DoesNotExist:
        raise Http404(f"There is no study {study_id}.") from None
    return render_either(request, "studies/detail.html", "studies/live.html", study_context(study))


@require_POST
def pause(request: HttpRequest, study_id: int) -> HttpResponse:
    return _change(request, study_id, lambda: pause_study(study_id=study_id))


@require_POST
def resume(request: HttpRequest, study_id: int) -> HttpResponse:
    def act() -> None:
        for experiment_id in resume_study(study_id=study_id)[1]:
            nudge_experiment(experiment_id)
        nudge_study(study_id)

    return _change(request, study_id, act)


@require_POST
def stop(request: HttpRequest, study_id: int) -> HttpResponse:
    return _change(request, study_id, lambda: stop_study(study_id=study_id))


def _start(request: HttpRequest, form: StudyForm) -> HttpResponse:
    """The same form sent twice leads to the same study."""
    try:
        token = UUID(request.POST.get("token", ""))
    except ValueError:
        token = uuid4()
    try:
        study = create_study(
            kind=form.kind.name,
            settings=form.settings,
            title=form.cleaned_data["title"],
            launch=token,
            owner_id=actor_of(request).user_id,
        )
    except Conflict as refusal:
        messages.error(request, str(refusal))
        return redirect("study_new")
    nudge_study(study.pk)
    return redirect("study", study.pk)


def _form_context(kind: StudyKind, form: StudyForm) -> dict[str, Any]:
    if not form.is_bound:  # what is preset, so that its cost is known
        form.cells = kind.cells(kind.settings())
    cells = form.cells if not form.is_bound or form.is_valid() else []
    return {
        "form": form,
        "kind": kind,
        "kinds": STUDY_KINDS.values(),
        "cost": study_cost(cells) if cells else None,
        "token": uuid4(),
        "section": "studies",
    }


def _change(request: HttpRequest, study_id: int, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except NotFound as refusal:
        raise Http404(str(refusal)) from refusal
    except Conflict as refusal:
        messages.warning(request, str(refusal))
    return redirect("study", study_id)


def _kind(name: str) -> StudyKind:
    try:
        return STUDY_KINDS[name]
    except KeyError:
        raise Http404(f"There is no kind of study {name[:40]!r}.") from None
