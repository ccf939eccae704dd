"""Views: actions on several experiments of the list. They work without scripts; what destroys is asked about first."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    QueryDict,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from search.models import Experiment
from search.selectors.archive import experiments_zip
from search.selectors.comparison import experiments_by_id
from search.tasks import nudge_experiment
from visualize.pages.experiments.selection import ACTIONS, SelectionAction, carry_out, picked_numbers

NOTHING_PICKED = "Nothing was done: tick one experiment or more first."
LIST_KEYS = ("name", "state", "archived", "sort", "page")


@require_http_methods(["GET", "POST"])
def selected(request: HttpRequest) -> HttpResponse:
    """POST does it, or leads to the question before it; GET asks."""
    asked = request.POST if request.method == "POST" else request.GET
    chosen = experiments_by_id(picked_numbers(asked.getlist("pick")))
    name, back = asked.get("do", ""), _list_query(asked.get("back", ""))
    if not chosen:
        messages.warning(request, NOTHING_PICKED)
        return _to_the_list(back)
    keys = ",".join(str(row.pk) for row in chosen)
    if name == "compare":
        return redirect(f"{reverse('compare')}?experiments={keys}")
    if name == "export":
        return redirect(f"{reverse('experiments_export')}?pick={keys}")
    action = ACTIONS.get(name)
    if action is None:
        raise Http404(f"Nothing is called “{name}” that could be done with experiments.")
    if request.method != "POST":
        return _question(request, name, chosen, back)
    if not action.warning:
        return _done(request, action, chosen, back)
    if asked.get("confirmed") != str(len(chosen)):
        if "confirmed" in asked:
            messages.error(
                request, f"Nothing was done: type {len(chosen)}, the number of experiments, to confirm."
            )
        return redirect(
            f"{reverse('experiments_selected')}?{urlencode({'do': name, 'pick': keys, 'back': back})}"
        )
    return _done(request, action, chosen, back)


@require_safe
def export(request: HttpRequest) -> StreamingHttpResponse:
    """One zip with the file of each experiment that another installation imports."""
    chosen = [row.pk for row in experiments_by_id(picked_numbers(request.GET.getlist("pick")))]
    if not chosen:
        raise Http404("None of these experiments is there.")
    response = StreamingHttpResponse(experiments_zip(chosen), content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{len(chosen)}-experiments.nasweb.zip"'
    return response


def _question(request: HttpRequest, name: str, chosen: list[Experiment], back: str) -> HttpResponse:
    action = ACTIONS[name]
    context: dict[str, Any] = {
        "do": name,
        "action": action,
        "chosen": chosen,
        "meant": [row for row in chosen if row.state in action.states],
        "left": [row for row in chosen if row.state not in action.states],
        "keys": ",".join(str(row.pk) for row in chosen),
        "back": back,
        "typed": name == "delete",
        "section": "experiments",
    }
    return render(request, "experiments/selected.html", context)


def _done(
    request: HttpRequest, action: SelectionAction, chosen: list[Experiment], back: str
) -> HttpResponseRedirect:
    outcome = carry_out(action, chosen)
    for key in outcome.done:
        nudge_experiment(key)
    done, refused = outcome.sentences(action)
    if done:
        messages.success(request, done)
    if refused:
        messages.warning(request, refused)
    return _to_the_list(back)


def _to_the_list(back: str) -> HttpResponseRedirect:
    where = reverse("experiments")
    return redirect(f"{where}?{back}" if back else where)


def _list_query(text: str) -> str:
    """The list as it was left: what it knows of the query that the form sent along."""
    asked = QueryDict(text.removeprefix("?")[:1000])
    return urlencode({key: asked[key] for key in LIST_KEYS if asked.get(key)})
