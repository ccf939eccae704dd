"""How long the web waits for the database: who asks for too much is told so, and the thread is free again."""

import logging
from typing import Any

from django.conf import settings
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse

from search.outages import was_cut_off
from visualize.views.errors import too_slow

log = logging.getLogger(__name__)


def limit_statements() -> None:
    """From now on, in this process: called by what serves the web, and by nothing that works or keeps house."""
    connection_created.connect(_limit, dispatch_uid="nasweb.patience")


def _limit(connection: Any, **_: Any) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = %s", [round(1000 * settings.STATEMENT_SECONDS)])


class TooSlow:
    """Middleware: a page whose statement was cut off says so. The REST API answers for itself (search.api.faults)."""

    def __init__(self, get_response: Any) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not was_cut_off(error):
            return None
        log.warning("%s took longer than %g s", request.path, settings.STATEMENT_SECONDS)
        return too_slow(request)
