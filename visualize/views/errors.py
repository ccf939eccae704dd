"""What stands where a page or a part of a page cannot be had: what happened, why, and what to do now."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from visualize.views.fragments import is_fragment


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 404, "Not found", _words(exception, "There is nothing at this address."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 403, "Not allowed", _words(exception, "This needs rights that you do not have."))


def refused(request: HttpRequest, status: int, text: str) -> HttpResponse:
    """By the gate, which says why."""
    return _answer(request, status, "Please log in" if status == 401 else "Not allowed", text)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _answer(
        request,
        403,
        "This form is out of date",
        "Go back, reload the page and send the form again. Nothing was changed.",
    )


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
    return "errors/fragment.html" if is_fragment(request) else "errors/page.html"
