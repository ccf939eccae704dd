"""What every page passes: what the browser may load (our own files and nothing else), and the log of requests."""

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from nasweb.logs import PROBES
from search.logcontext import about

log = logging.getLogger("nasweb.request")

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
LONGEST_PATH = 200
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
        return response

    return respond


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
            fields = {
                "method": request.method,
                "path": path,
                "status": response.status_code,
                "ms": milliseconds,
            }
            log.log(
                logging.DEBUG if quiet else logging.INFO,
                "%s %s", request.method, path,
                extra={"fields": fields},
            )  # fmt: skip
        response.headers["X-Request-ID"] = request_id
        return response

    return respond
