"""Access middleware: finds the rule of the requested address and refuses callers who do not meet it.

It stands in the middleware, behind the sessions, and sees every request that has found an address: pages, their
parts, the REST API, files. Addresses that the table does not know are refused.
"""

import logging
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject
from ninja.utils import check_csrf

from nasweb.access import refusals
from nasweb.access.callers import bearer, caller
from nasweb.access.rules import OPEN, OPERATIONS, PAGES, READ, WATCH, Rule
from nasweb.database_outage import outage_answer
from search.api.application import api
from search.api.problems import Problem
from search.database.retrying import AWAY
from search.permissions import Actor, actor_of

SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
Next = Callable[[HttpRequest], HttpResponseBase]
log = logging.getLogger(__name__)


class Gate:
    """Django's middleware."""

    def __init__(self, get_response: Next) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = SimpleLazyObject(lambda: caller(request))  # type: ignore[attr-defined]
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        rule = rule_of(request)
        if rule is OPEN:
            return None
        is_api = _is_api(request)
        try:
            _check(request, rule, kwargs, is_api)
        except Problem as problem:
            return problem.answer(request) if is_api else refusals.page(request, problem)
        except AWAY as error:
            return outage_answer(request, error)
        return None


def rule_of(request: HttpRequest) -> Rule | None:
    """None: the table has no row for it."""
    match = request.resolver_match
    assert match is not None  # views are called for addresses that were found
    if not _is_api(request):
        return PAGES.get(match.url_name or "")
    method = "get" if request.method == "HEAD" else (request.method or "").lower()
    name = api.operation_at(match.route, method)
    # What is no operation is the documentation, an unknown address or a method that is not answered.
    return READ if name is None else OPERATIONS.get(name)


def _is_api(request: HttpRequest) -> bool:
    return request.resolver_match is not None and request.resolver_match.namespace == "api"


def _check(request: HttpRequest, rule: Rule | None, kwargs: dict[str, Any], is_api: bool) -> None:
    """Raises Problem."""
    if not settings.ACCOUNTS:
        if not from_this_machine(request.META.get("REMOTE_ADDR", "")):
            raise refusals.not_from_here(request.META["REMOTE_ADDR"])
        return
    if rule is WATCH:
        return
    if rule is None:
        log.error("%s has no rule in nasweb/access/rules.py and is refused", request.path)
        raise refusals.no_rule()
    actor = actor_of(request)
    if not actor.is_known:
        raise refusals.unknown(had_token=bearer(request) is not None)
    if rule.in_person and actor.by_token:
        raise refusals.in_person()
    by_session = is_api and not actor.by_token  # pages have Django's own check
    if by_session and request.method not in SAFE and check_csrf(request) is not None:
        raise refusals.no_csrf_token()
    _check_role(request, rule, actor, kwargs)


def _check_role(request: HttpRequest, rule: Rule, actor: Actor, kwargs: dict[str, Any]) -> None:
    if rule.role is not None and not actor.may(rule.role):
        raise refusals.role_missing(actor, rule)
    if rule.subject is None:
        return
    for thing in rule.subject(request, kwargs):
        if not actor.may_change(thing):
            raise refusals.not_the_owner(thing)


def from_this_machine(address: str) -> bool:
    """An empty address is a socket in the file system."""
    try:
        found = ip_address(address) if address else None
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return found is None or found.is_loopback
