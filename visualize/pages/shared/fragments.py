"""Fragments: one view serves the page, or with HX-Request the part that changed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def is_fragment(request: HttpRequest) -> bool:
    """Whether a script asks for a part. A restored history entry wants the whole page again."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


def render_either(request: HttpRequest, page: str, fragment: str, context: dict[str, object]) -> HttpResponse:
    """The whole page, or the template of its part; caches are told that the two differ."""
    response = render(request, fragment if is_fragment(request) else page, context)
    patch_vary_headers(response, ["HX-Request"])
    return response
