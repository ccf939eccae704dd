"""A database that is away, or a statement that was cut off: 503 and when to ask again, wherever it is met."""

import logging
import sys
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from search.api.error_answers import unavailable
from search.database.retrying import AWAY, is_disk_full, was_cut_off
from visualize.pages.shared import errors

log = logging.getLogger(__name__)

API = "/api/"


class DatabaseOutage:
    """Middleware for what views raise; the gate and `failed` ask `outage_answer` themselves."""

    def __init__(self, get_response: Any) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        return outage_answer(request, error) if isinstance(error, AWAY) else None


def outage_answer(request: HttpRequest, error: BaseException) -> HttpResponse:
    """A problem document for a script, a page for a person."""
    if request.path_info.startswith(API):  # whatever path of a proxy stands before it
        return unavailable(request, error)
    if is_disk_full(error):
        log.error("the disk of the database is full: %s", error)
        return errors.disk_full(request)
    if was_cut_off(error):
        log.warning("%s took longer than %g s", request.path, settings.STATEMENT_SECONDS)
        return errors.too_slow(request)
    log.error("the database does not answer: %s", error)
    return errors.database_away(request)


def failed(request: HttpRequest) -> HttpResponse:
    """Django's handler of everything that nobody caught. Sessions ask the database before and after any view."""
    error = sys.exc_info()[1]
    return outage_answer(request, error) if isinstance(error, AWAY) else errors.failed(request)
