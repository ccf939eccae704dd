"""Budget of a request: seconds of computing, few long computations at once, and none for a client that has gone."""

import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from time import monotonic
from typing import Any

from django.db import connections
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBase

from search.api.error_answers import over_budget, unread
from search.evolution.work_budget import OverBudget, WorkBudget, budgeted, look
from visualize.pages.shared import errors

SECONDS = 20.0
"""Of processor time that one request may compute for."""
IMPORT_SECONDS, IMPORT_BYTES_A_SECOND = 60.0, 20_000
"""A file of an experiment takes longer the larger it is; 100,000 individuals are 25 MiB."""
QUICK_SECONDS = 0.5
"""After which a computation is a long one, and needs a place."""
PLACES, PLACES_EACH = 3, 2
"""Long computations at once in this process, and of one caller: fewer than there are threads."""
WAIT_SECONDS = 2.0
IMPORTS = frozenset({"experiment_import", "import_experiment"})

BUSY = "Other long computations are under way on this server just now. Try again in a moment."
GONE = "The client has gone."
GONE_STATUS = 499
"""As nginx writes it. Nobody reads the answer: it is for the log, where a 503 would be an error of ours."""
API = "/api/"


class Places:
    """Who computes at length."""

    def __init__(self, places: int = PLACES, each: int = PLACES_EACH) -> None:
        self._places, self._each = places, each
        self._taken: Counter[str] = Counter()
        self._changed = threading.Condition()

    def take(self, caller: str, seconds: float | None = None) -> None:
        """Raises OverBudget where none became free in so many seconds, WAIT_SECONDS if not given."""
        deadline = monotonic() + (WAIT_SECONDS if seconds is None else seconds)
        with self._changed:
            while self._taken.total() >= self._places or self._taken[caller] >= self._each:
                if not self._changed.wait(deadline - monotonic()):
                    raise OverBudget(BUSY)
            self._taken[caller] += 1

    def give_back(self, caller: str) -> None:
        with self._changed:
            self._taken[caller] -= 1
            self._changed.notify_all()


LONG = Places()
"""Of this process."""
DOWNLOADS = Places()
"""Of this process: exports that are being computed while they are read, each of which holds a thread."""
DOWNLOAD_SECONDS = 600.0
"""Of processor time that an export may compute for; 100,000 individuals take about 20."""


class RequestBudget:
    """Middleware, behind the gate, which says who asks."""

    def __init__(self, get_response: Any) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        watch = _Watch(request)
        request.work_budget = budget = WorkBudget(SECONDS, watch.look)  # type: ignore[attr-defined]
        try:
            with budgeted(budget), connections["default"].execute_wrapper(_ask):
                response = self._get_response(request)
        finally:
            watch.end()
        if watch.client_gone:
            response.status_code = GONE_STATUS
        if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
            return _download(request, response)
        return response

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        match = request.resolver_match
        if match is not None and match.url_name in IMPORTS:
            request.work_budget.seconds = import_seconds(request)  # type: ignore[attr-defined]

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        return _answer(request, error)


class _Watch:
    """One request's place among the long computations, and its client."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._caller: str | None = None
        self._asks_who = False
        self.client_gone = False

    def look(self, taken: float) -> None:
        # Who asks may itself be a question to the database, and each question looks here first.
        if taken > QUICK_SECONDS and self._caller is None and not self._asks_who:
            self._asks_who = True
            try:
                caller = _caller(self._request)
            finally:
                self._asks_who = False
            LONG.take(caller)
            self._caller = caller
        # What somebody wanted changed is changed, whether or not they wait for the answer.
        if self._request.method in ("GET", "HEAD") and has_gone(self._request):
            self.client_gone = True
            raise OverBudget(GONE)

    def end(self) -> None:
        if self._caller is not None:
            LONG.give_back(self._caller)


class _Download:
    """An export that is computed piece by piece, with a place of its own until it is closed."""

    def __init__(self, request: HttpRequest, pieces: Iterator[bytes]) -> None:
        self._request, self._pieces = request, pieces
        self._budget = WorkBudget(DOWNLOAD_SECONDS)
        self._caller: str | None = None
        self._places = DOWNLOADS
        caller = _caller(request)
        self._places.take(caller)
        self._caller = caller

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        """Raises OverBudget, which breaks the connection off: half a file must not look like a whole one."""
        if has_gone(self._request):
            raise StopIteration
        with budgeted(self._budget):
            self._budget.look()
            return next(self._pieces)

    def close(self) -> None:
        """Django calls it when the response has been sent, or will not be."""
        if self._caller is not None:
            self._places.give_back(self._caller)
            self._caller = None

    __del__ = close


def _download(request: HttpRequest, response: StreamingHttpResponse) -> HttpResponseBase:
    try:
        # The setter has Django close what has a `close`.
        response.streaming_content = _Download(request, iter(response))
    except OverBudget as error:
        response.close()
        refused = _answer(request, error)
        assert refused is not None
        return refused
    return response


def has_gone(request: HttpRequest) -> bool:
    """Whether the client has closed the connection, as far as the server tells: gunicorn names its socket."""
    client = request.META.get("gunicorn.socket")
    if not isinstance(client, socket.socket):
        return False
    with suppress(BlockingIOError):
        try:
            # By its class: ours counts what is read against a deadline, and waits.
            return not socket.socket.recv(client, 1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except OSError as error:
            if isinstance(error, BlockingIOError):
                raise
            return True
    return False


def _ask(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
    """No statement is begun for a request whose budget is spent."""
    look()
    return execute(sql, parameters, many, context)


def import_seconds(request: HttpRequest) -> float:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return IMPORT_SECONDS + (int(length) if length.isdecimal() else 0) / IMPORT_BYTES_A_SECOND


def _caller(request: HttpRequest) -> str:
    actor = getattr(request, "actor", None)
    return (actor.caller if actor is not None else "") or str(request.META.get("REMOTE_ADDR", ""))


def _answer(request: HttpRequest, error: Exception) -> HttpResponse | None:
    api = request.path_info.startswith(API)
    if isinstance(error, OverBudget):
        return over_budget(request, error) if api else errors.over_budget(request, str(error))
    if isinstance(error, UnreadablePostError):
        return unread(request, error) if api else errors.unread(request)
    return None
