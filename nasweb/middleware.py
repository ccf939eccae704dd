"""Middleware: security headers and the request log."""

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from nasweb.logs import PROBES
from search.logcontext import about

log = logging.getLogger("nasweb.request")

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
LONGEST_PATH = 200
OPEN_PATHS = (settings.STATIC_URL, *PROBES)
Respond = Callable[[HttpRequest], HttpResponseBase]

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""No inline script, no inline style, no eval, no other host. data: images are the tab's progress icon."""


def content_security_policy(get_response: Respond) -> Respond:
    """A view that needs another policy sets the header itself."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        _keep_private(request, response)
        return response

    return respond


def _keep_private(request: HttpRequest, response: HttpResponseBase) -> None:
    """What is made for somebody who is logged in is kept by no cache between, and by no browser after the logout."""
    if settings.ACCOUNTS and not request.path.startswith(OPEN_PATHS):
        kept = "ETag" in response.headers  # the browser's own copy may do, once it has asked again
        response.headers.setdefault("Cache-Control", "private, no-cache" if kept else "private, no-store")


def request_log(get_response: Respond) -> Respond:
    """One line for each request, and an id that every line on its behalf carries. The address is logged without its
    query, which may hold what people search for; probes and files only when everything is logged."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")  # a proxy's, if it looks like one
        request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        began = time.perf_counter()
        with about(request_id=request_id):
            response = get_response(request)
            milliseconds = round(1000 * (time.perf_counter() - began), 1)
            path = request.path[:LONGEST_PATH]
            quiet = path in PROBES or path.startswith("/static/")
            fields: dict[str, object] = {
                "method": request.method,
                "path": path,
                "status": response.status_code,
                "ms": milliseconds,
            }
            if response.status_code == 400:  # most often a Host that is not served here
                fields["host"] = request.META.get("HTTP_HOST", "")[:LONGEST_PATH]
            log.log(
                logging.DEBUG if quiet else logging.INFO,
                "%s %s", request.method, path,
                extra={"fields": fields},
            )  # fmt: skip
        response.headers["X-Request-ID"] = request_id
        return response

    return respond
