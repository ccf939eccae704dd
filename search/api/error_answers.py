"""Exception handlers: validation, service and database errors as problem documents."""

import logging
from typing import Any

from django.conf import settings
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError, ValidationErrorContext

from search.api.problems import BY_STATUS, Fault, Problem, all_invalid, not_found
from search.database.retrying import is_disk_full, was_cut_off
from search.evolution.experiments.config import ConfigError
from search.evolution.work_budget import OverBudget
from search.services.errors import Conflict, NotFound

log = logging.getLogger(__name__)

DISK_FULL = (
    "The disk of the database is full: free some room on the server. Nothing was changed, nothing is lost."
)
TOO_SLOW = "The database took longer than the {seconds:g} s that a request may take. Nothing was changed; ask for less."
UNREAD = "The body did not arrive whole, or not in time. Nothing was changed; send it again."
LATER = {"Retry-After": "5"}
_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not a field here",
}


def refusal(contexts: list[ValidationErrorContext[Any]]) -> ValidationError:
    """All that did not validate, with the values: ninja's own drops them."""
    rows = []
    for context in contexts:
        for error in context.pydantic_validation_error.errors(include_url=False):
            location = context.model.__ninja_flatten_map_reverse__.get(error["loc"], error["loc"])
            rows.append({**error, "place": context.model.__ninja_param_source__, "loc": location})
    return ValidationError(rows)


def _fault(row: dict[str, Any]) -> Fault:
    path = [str(part) for part in row["loc"]]
    if len(path) > 1 or row["place"] == "body":
        path = path[1:]  # the name of the argument in our own code
    message = _WORDS.get(row["type"], str(row["msg"]).removeprefix("Value error, "))
    value = None if row["type"] == "missing" else row["input"]
    return Fault(row["place"], ".".join(path), message, value)


def config_faults(error: ConfigError, document: Any, root: str) -> list[Fault]:
    """The faults of a configuration, where `root` says what the sender called it."""
    return [
        Fault("body", f"{root}.{path}" if path != "document" else root, message, _at(document, path))
        for path, message in error.errors
    ]


def _at(document: Any, path: str) -> Any:
    """The value under a path, if there is one."""
    for part in path.split("."):
        if isinstance(document, dict):
            document = document.get(part)
        elif isinstance(document, list) and part.isdigit() and int(part) < len(document):
            document = document[int(part)]
        else:
            return None
    return document


def install(api: NinjaAPI) -> None:
    """Have every exception answered as a problem."""
    api.add_exception_handler(Problem, _problem)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(HttpError, _http)
    api.add_exception_handler(Http404, lambda request, _: not_found("address", request.path).answer(request))
    api.add_exception_handler(
        NotFound, lambda request, error: Problem("not-found", str(error)).answer(request)
    )
    api.add_exception_handler(
        Conflict, lambda request, error: Problem("conflict", str(error)).answer(request)
    )
    for away in (OperationalError, InterfaceError):
        api.add_exception_handler(away, unavailable)
    api.add_exception_handler(OverBudget, over_budget)
    api.add_exception_handler(UnreadablePostError, unread)
    api.add_exception_handler(Exception, _failed)


def _problem(request: HttpRequest, error: Any) -> HttpResponse:
    answer: HttpResponse = error.answer(request)
    return answer


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    return all_invalid([_fault(row) for row in error.errors]).answer(request)


def _http(request: HttpRequest, error: Any) -> HttpResponse:
    if isinstance(error.__cause__, Problem):  # ninja wraps whatever a parser raises
        return error.__cause__.answer(request)
    return Problem(BY_STATUS[error.status_code].name, str(error)).answer(request)


def unavailable(request: HttpRequest, error: Any) -> HttpResponse:
    """The database is away, or has cut a statement off: nothing was changed, and it may be asked again."""
    if was_cut_off(error):
        log.warning("%s took longer than %g s", request.path, settings.STATEMENT_SECONDS)
        return Problem(
            "unavailable", TOO_SLOW.format(seconds=settings.STATEMENT_SECONDS), headers=LATER
        ).answer(request)
    if is_disk_full(error):
        log.error("the disk of the database is full: %s", error)
        return Problem("disk-full", DISK_FULL, headers={"Retry-After": "30"}).answer(request)
    log.error("the database does not answer: %s", error)
    detail = "The database does not answer; nothing was changed."
    return Problem("unavailable", detail, headers=LATER).answer(request)


def over_budget(request: HttpRequest, error: Any) -> HttpResponse:
    """A computation was given up (search.evolution.work_budget)."""
    log.warning("%s: %s", request.path, error)
    return Problem("unavailable", str(error), headers=LATER).answer(request)


def unread(request: HttpRequest, _: Any) -> HttpResponse:
    """The body was not there in time, or the client left."""
    return Problem("malformed", UNREAD).answer(request)


def _failed(request: HttpRequest, error: Any) -> HttpResponse:
    log.exception("%s %s failed", request.method, request.path)
    got_request_exception.send(sender=None, request=request)
    return Problem("failed", "The server's log holds the cause.").answer(request)
