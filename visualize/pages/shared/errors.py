"""Error pages and fragments: what happened, why, and what to do."""

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from visualize.pages.shared.fragments import is_fragment

OUT_OF_DATE = "Go back, reload the page and send the form again. Nothing was changed."
NO_COOKIE = (
    "Your browser keeps no cookies for this address, so a form cannot be told from one that another site sends. Allow "
    "cookies for it, reload the page and send the form again. Nothing was changed."
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Most often a name that this server does not answer for. Rendered without the request, which would ask for it."""
    name = request.META.get("HTTP_HOST", "")[:100]
    text = "The request could not be read, and nothing was done."
    if isinstance(exception, DisallowedHost):
        text = (
            f"This server does not answer for the name {name!r}. Whoever runs it adds it to NASWEB_ALLOWED_HOSTS; "
            "on this machine itself, use the address that the server printed when it started."
        )
    context = {"status": 400, "heading": "Not served here", "text": text, "address": request.path}
    return HttpResponse(render_to_string(_template(request), context), status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 404, "Not found", _words(exception, "There is nothing at this address."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 403, "Not allowed", _words(exception, "This needs rights that you do not have."))


def refused(request: HttpRequest, status: int, text: str) -> HttpResponse:
    """By the gate, which says why."""
    return _answer(request, status, "Please log in" if status == 401 else "Not allowed", text)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if settings.CSRF_COOKIE_NAME not in request.COOKIES:
        return _answer(request, 403, "Cookies are needed", NO_COOKIE)
    return _answer(request, 403, "This form is out of date", OUT_OF_DATE)


def too_slow(request: HttpRequest) -> HttpResponse:
    """A statement was cut off. Rendered without the request, whose context processors would ask the database again."""
    context = {
        "status": 503,
        "heading": "That took too long",
        "text": f"The database took longer than the {settings.STATEMENT_SECONDS:g} s that a page may take, and nothing "
        "was changed. Ask for less, such as with a simpler filter, or try again later.",
        "address": request.get_full_path(),
    }
    return HttpResponse(render_to_string(_template(request), context), status=503)


def over_budget(request: HttpRequest, text: str) -> HttpResponse:
    """A computation was given up. Rendered without the request: its context processors would compute on."""
    context = {
        "status": 503,
        "heading": "That would take too long",
        "text": text,
        "address": request.get_full_path(),
    }
    response = HttpResponse(render_to_string(_template(request), context), status=503)
    response.headers["Retry-After"] = "5"
    return response


def unread(request: HttpRequest) -> HttpResponse:
    text = "What you sent did not arrive whole, or not in time. Nothing was changed; send it again."
    return _answer(request, 400, "Not received", text)


def database_away(request: HttpRequest) -> HttpResponse:
    """Rendered without the request, as above."""
    context = {
        "status": 503,
        "heading": "The database does not answer",
        "text": "Nothing was changed. Reload the page in a moment; searches go on by themselves when it is back.",
        "address": request.get_full_path(),
    }
    response = HttpResponse(render_to_string(_template(request), context), status=503)
    response.headers["Retry-After"] = "5"
    return response


def disk_full(request: HttpRequest) -> HttpResponse:
    """Rendered without the request, as above: sessions could not be written either."""
    context = {
        "status": 503,
        "heading": "The disk is full",
        "text": "There is no room left on the disk of the database. Free some on the server, then try again; nothing "
        "was changed, and nothing that was finished is lost.",
        "address": request.get_full_path(),
    }
    return HttpResponse(render_to_string(_template(request), context), status=503)


def failed(request: HttpRequest) -> HttpResponse:
    """Rendered without the request: whatever failed, sessions and messages need not work."""
    text = "The server's log holds the cause. Nothing that was finished is lost."
    context = {
        "status": 500,
        "heading": "Something went wrong",
        "text": text,
        "address": request.get_full_path(),
    }
    return HttpResponse(render_to_string(_template(request), context), status=500)


def _words(exception: Exception, otherwise: str) -> str:
    """The message a view raised with; the resolver's own is a dictionary of patterns."""
    said = exception.args[0] if exception.args else ""
    return said if isinstance(said, str) and said else otherwise


def _answer(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    context = {"status": status, "heading": title, "text": text, "address": request.get_full_path()}
    return render(request, _template(request), context, status=status)


def _template(request: HttpRequest) -> str:
    return "shared/errors/fragment.html" if is_fragment(request) else "shared/errors/page.html"
