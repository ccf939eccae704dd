"""Checks of every API request before its operation (origin, body, query), and the conditional answer after it.

**Why there is no CSRF token here.** (Of sessions the gate asks for one all the same, nasweb/access/gate.py.) A
script has no page to take a token from, so tokens would only be theatre for
those who can read them anyway. What must be stopped is a page of another site that makes a person's browser
send a request here: with nobody logged in (one person, loopback) as much as with a session's cookie. A browser
tells on such a request itself: it sets `Origin` on every request that can change something, `Sec-Fetch-Site`
on all, and a page can forge neither. So an unsafe request is refused when it comes with an Origin that is not
this server's or a Sec-Fetch-Site that says another site; a request without both is no page's. Beside that a
body must be declared as JSON, which a page of another origin may send only after asking (a preflight, which
nothing here grants), and a foreign name that resolves to this machine fails at ALLOWED_HOSTS.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.http import is_same_domain
from django.views.decorators.csrf import csrf_exempt

from search.api.bodies import MOST_BYTES, unstorable_text
from search.api.problems import Fault, Problem, all_invalid
from search.api.uploads import check_file, takes_a_file

SAFE = ("GET", "HEAD", "OPTIONS")
View = Callable[..., HttpResponseBase]
Parameters = Callable[[HttpRequest], Mapping[str, bool] | None]
"""The query parameters that an operation knows, and whether each may stand more than once; None: no operation."""


def guarded(view: View, parameters: Parameters) -> View:
    """The view with the checks before it and the conditional answer after it."""

    @csrf_exempt
    @wraps(view)
    def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            if request.method not in SAFE:
                _check_origin(request)
                _check_body(request)
            _check_query(request, parameters)
            response = _as_get(view)(request, *args, **kwargs)
            if response.status_code == 405:
                raise _not_allowed(request, response)
        except Problem as problem:
            return problem.answer(request)
        return _conditional(request, response)

    return respond


def _as_get(view: View) -> View:
    """HEAD is answered as GET is; the server leaves the content out."""

    def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        method = request.method
        request.method = "GET" if method == "HEAD" else method
        try:
            return view(request, *args, **kwargs)
        finally:
            request.method = method

    return respond


def _check_origin(request: HttpRequest) -> None:
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "none")
    if origin is not None and not _is_ours(request, origin):
        raise Problem(
            "foreign-origin",
            f"A page of {origin[:100]} may not change anything here; open this server's own page, or leave "
            "the Origin header out of a script.",
        )
    if origin is None and site not in ("same-origin", "none"):
        raise Problem("foreign-origin", f"The browser says that the page comes from elsewhere ({site[:30]}).")


def _is_ours(request: HttpRequest, origin: str) -> bool:
    if origin == f"{request.scheme}://{request.get_host()}":
        return True
    try:
        there = urlsplit(origin)
    except ValueError:
        return False
    for trusted in settings.CSRF_TRUSTED_ORIGINS:
        scheme, _, host = trusted.partition("://")
        if there.scheme == scheme and is_same_domain(there.netloc, host.removeprefix("*")):
            return True
    return False


def _check_body(request: HttpRequest) -> None:
    if takes_a_file(request):
        check_file(request)
        return
    given = request.META.get("CONTENT_LENGTH") or "0"
    length = int(given) if given.isdecimal() else 0
    if length > MOST_BYTES:
        raise Problem("too-large", f"The body has {length:,} bytes; at most {MOST_BYTES:,} are read.")
    if length and request.content_type != "application/json":
        said = (request.content_type or "nothing")[:100]
        raise Problem("media-type", f"The Content-Type header says {said}; send application/json.")
    try:
        request.body  # noqa: B018 - read now, so that what is too large is refused here
    except RequestDataTooBig as error:
        raise Problem("too-large", f"{error} At most {MOST_BYTES:,} bytes are read.") from None


def _check_query(request: HttpRequest, parameters: Parameters) -> None:
    """Unknown parameters would be taken for filters that work, and of two values one would be lost."""
    if not request.GET:
        return
    known = parameters(request)
    if known is None:
        return
    faults = []
    for name, values in request.GET.lists():
        if name not in known:
            use = f"use {', '.join(known)}" if known else "this address takes none"
            faults.append(Fault("query", name[:100], f"unknown parameter; {use}", values[0]))
        elif len(values) > 1 and not known[name]:
            faults.append(Fault("query", name, "stands more than once; give one value", values))
        elif any(unstorable_text(value) for value in values):
            faults.append(Fault("query", name, "holds the character NUL, which no text may", values[0]))
    if faults:
        raise all_invalid(faults)


def _not_allowed(request: HttpRequest, response: HttpResponseBase) -> Problem:
    allowed = {method.strip() for method in response.headers.get("Allow", "").split(",") if method.strip()}
    allowed |= {"HEAD"} if "GET" in allowed else set()
    named = ", ".join(sorted(allowed))
    return Problem(
        "method-not-allowed", f"{request.method} is not answered here; use {named}.", headers={"Allow": named}
    )


def _conditional(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """An ETag of the content, and 304 to who has it already: finished things never change theirs."""
    if (
        request.method not in ("GET", "HEAD")
        or response.status_code != 200
        or not isinstance(response, HttpResponse)
    ):
        return response
    set_response_etag(response)
    response.headers.setdefault(
        "Cache-Control", "private, no-cache"
    )  # keep it, but ask whether it still holds
    answer = get_conditional_response(request, etag=response.headers["ETag"], response=response)
    return answer if answer is not None else response
