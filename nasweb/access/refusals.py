"""Refusal responses: what is missing and how to get it, as a problem document or a page."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from nasweb.access.rules import Rule
from search.api.problems import Problem
from search.permissions import Actor, Owned
from visualize.pages.shared import errors
from visualize.pages.shared.fragments import is_fragment


def unknown(*, had_token: bool) -> Problem:
    if had_token:
        detail = "The token is not valid: it is unknown, revoked, expired, or its owner's account is closed."
        challenge = 'Bearer realm="nasweb", error="invalid_token"'
    else:
        detail = (
            "This installation has accounts. Send a token (Authorization: Bearer nas_…; you make one on the page "
            "/account/), or log in at /login/."
        )
        challenge = 'Bearer realm="nasweb"'
    return Problem("unauthenticated", detail, headers={"WWW-Authenticate": challenge})


def in_person() -> Problem:
    return Problem("forbidden", "A token cannot do this; log in in a browser.")


def no_csrf_token() -> Problem:
    return Problem(
        "csrf-token",
        f"A session's cookie is not enough to change something: send the cookie {settings.CSRF_COOKIE_NAME}'s value in "
        "the header X-CSRFToken too. Scripts use a token (Authorization: Bearer …) instead.",
    )


def role_missing(actor: Actor, rule: Rule) -> Problem:
    assert rule.role is not None
    assert actor.role is not None
    what = "The token allows" if actor.by_token else "Your role allows"
    return Problem(
        "forbidden",
        f"{what} what a {actor.role.value} may do; this needs {rule.meaning}.",
        needs=rule.role.value,
        role=actor.role.value,
    )


def not_the_owner(thing: Owned) -> Problem:
    owner = thing.owner.get_username() if thing.owner else None
    whose = f"belongs to {owner}" if owner else "has no owner"
    return Problem(
        "forbidden",
        f"{type(thing).__name__} {thing.pk} {whose}: only its owner or an admin can change it.",
        needs="owner",
    )


def not_from_here(address: str) -> Problem:
    return Problem(
        "forbidden",
        f"Without accounts only this machine is served, and the request came from {address}. Set "
        "NASWEB_ACCOUNTS=1 to serve others.",
    )


def no_rule() -> Problem:
    return Problem("forbidden", "Nobody has said who may ask for this address, so nobody may.")


def page(request: HttpRequest, problem: Problem) -> HttpResponseBase:
    """The same for a person: the way to the login where that would help, else a page that says why not."""
    if problem.kind.name != "unauthenticated":
        return errors.refused(request, problem.kind.status, problem.detail)
    login = f"{reverse('login')}?{urlencode({'next': request.get_full_path()})}"
    wants_page = request.method in ("GET", "HEAD") and not is_fragment(request)
    if wants_page and "text/html" in request.headers.get("Accept", ""):
        return redirect(login)
    response: HttpResponse = errors.refused(
        request, problem.kind.status, "Your session is over, or you have not logged in. Nothing was changed."
    )
    response.headers["HX-Refresh"] = "true"  # htmx loads the page anew, which leads to the login
    return response
