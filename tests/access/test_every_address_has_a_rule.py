"""The table of rules against all addresses: a new one without a rule fails here, and is refused by the gate."""

from typing import Any

import pytest
from django.test import Client, override_settings
from django.urls import get_resolver, path

from nasweb import request_budget
from nasweb.access.rules import ADMIN as FOR_ADMINS
from nasweb.access.rules import (
    MYSELF,
    OPEN,
    OPERATIONS,
    OWN,
    OWN_CHOSEN,
    OWN_PICKED,
    OWN_STUDY,
    PAGES,
    READ,
    RUN,
    SHARED,
    TRUSTED,
    USED,
    WATCH,
    Rule,
)
from nasweb.urls import urlpatterns as ours
from search.api.application import api
from search.models import Experiment, Scope
from tests.access.conftest import As, WithToken
from tests.access.routes import ROUTES, Route, page_patterns
from tests.api.conftest import TABLES

pytestmark = pytest.mark.django_db

REFUSED_TO: dict[int, tuple[str, ...]] = {
    id(OPEN): (),
    id(WATCH): ("", "viewer", "read token", "token of an admin"),
    id(READ): ("",),
    id(RUN): ("", "viewer", "read token"),
    id(OWN): ("", "viewer", "stranger", "read token", "token of a stranger"),
    id(OWN_CHOSEN): ("", "viewer", "stranger", "read token", "token of a stranger"),
    id(OWN_PICKED): ("", "viewer", "stranger", "read token", "token of a stranger"),
    id(OWN_STUDY): ("", "viewer", "stranger", "read token", "token of a stranger"),
    id(SHARED): ("", "viewer", "stranger", "read token", "token of a stranger"),
    # Nobody's search needs the shared training that these tests ask about.
    id(USED): ("", "viewer", "read token"),
    id(TRUSTED): ("", "viewer", "owner", "read token", "run token"),
    id(MYSELF): ("", "read token", "token of an admin"),
    id(FOR_ADMINS): ("", "viewer", "owner", "read token", "token of an admin"),
}
"""Rule -> who must not get through; "" is nobody known."""
LET_THROUGH: dict[int, tuple[str, ...]] = {
    id(OPEN): ("", "viewer"),
    id(WATCH): (),
    id(READ): ("viewer", "read token"),
    id(RUN): ("owner", "run token"),
    id(OWN): ("owner", "run token", "admin"),
    id(OWN_CHOSEN): ("owner", "admin"),
    id(OWN_PICKED): ("owner", "admin"),
    id(OWN_STUDY): ("owner", "run token", "admin"),
    id(SHARED): ("owner", "run token", "admin"),
    id(USED): ("owner", "run token", "admin"),
    id(TRUSTED): ("admin", "token of an admin"),
    id(MYSELF): ("viewer",),
    id(FOR_ADMINS): ("admin",),
}


def test_every_page_has_a_rule_and_every_rule_a_page() -> None:
    names = [pattern.name for pattern in page_patterns()]
    assert None not in names
    assert set(names) - set(PAGES) == set(), "give it a rule in nasweb/access/rules.py"
    assert set(PAGES) - set(names) == set(), "rules of pages that are gone"


def test_every_operation_has_a_rule_and_every_rule_an_operation() -> None:
    get_resolver().url_patterns  # noqa: B018 - mounts what the other app adds to the API
    names = {
        found["operationId"] for row in api.get_openapi_schema()["paths"].values() for found in row.values()
    }
    assert names - set(OPERATIONS) == set(), "give it a rule in nasweb/access/rules.py"
    assert set(OPERATIONS) - names == set(), "rules of operations that are gone"


def test_no_operation_hides_from_the_document_that_the_gate_reads() -> None:
    for _, router in api._routers:
        for view in router.path_operations.values():
            assert all(one.include_in_schema for one in view.operations)


def test_an_address_without_a_rule_is_refused(as_: As) -> None:
    def view(request: Any) -> Any:
        raise AssertionError("the gate let it through")

    class Urls:
        urlpatterns = (*ours, path("forgotten/", view, name="forgotten"))

    with override_settings(ROOT_URLCONF=Urls):
        assert as_("admin").get("/forgotten/").status_code == 403


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.name}".strip())
def test_every_address_refuses_whom_its_rule_refuses(
    route: Route, search: Experiment, as_: As, with_token: WithToken
) -> None:
    address = route.address(search)
    for who in REFUSED_TO[id(route.rule)]:
        for method in route.methods:
            status = ask(caller(who, as_, with_token), method, address, search)
            assert status in (401, 403), f"{who or 'nobody'} was let through to {method} {address}: {status}"
    for who in LET_THROUGH[id(route.rule)]:
        client = caller(who, as_, with_token)
        method = route.method or ("POST" if "token" not in who and route.rule not in (READ, OPEN) else "GET")
        status = ask(client, method, address, search)
        refused = (401,) if route.name == "login" else (401, 403)
        assert status not in refused, f"{who or 'nobody'} was refused {method} {address}"


def caller(who: str, as_: As, with_token: WithToken) -> Client:
    if who == "token of an admin":
        return with_token("admin", Scope.ADMIN)
    if who == "token of a stranger":
        return with_token("stranger", Scope.RUN)
    if who.endswith(" token"):
        return with_token("owner", Scope(who.removesuffix(" token")))
    return as_(who)


def ask(client: Client, method: str, address: str, search: Experiment) -> int:
    """The status; being sent to the login counts as 401."""
    if address.startswith("/api/"):
        response = client.generic(method, address, b"{}", content_type="application/json")
    elif method == "GET":
        response = client.get(address)
    else:
        response = client.post(address, {"in": search.pk, "pick": search.pk, "do": "archive"})
    sent_to_login = response.status_code == 302 and response.headers["Location"].startswith("/login/?next")
    return 401 if sent_to_login else int(response.status_code)


def test_a_viewer_changes_nothing_whatever_it_sends(search: Experiment, as_: As) -> None:
    """Every address with every method, whatever the table says."""
    viewer = as_("viewer")
    before = [list(model._default_manager.order_by("pk").values()) for model in TABLES]
    for route in ROUTES:
        if route.rule is MYSELF:  # its own password, its own tokens
            continue
        address = route.address(search)
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            if address.startswith("/api/") or method != "POST":
                viewer.generic(
                    method, address, b'{"preset": "quick", "name": "Mine"}', content_type="application/json"
                )
            else:
                mine = {"in": search.pk, "pick": search.pk, "do": "archive", "name": search.name}
                viewer.post(address, {**mine, "notes": "mine", "archived": "yes"})
    assert [list(model._default_manager.order_by("pk").values()) for model in TABLES] == before


def test_rules_with_one_meaning_are_one_rule() -> None:
    """The two tables above are keyed by rule."""
    rules: set[Rule] = {*PAGES.values(), *OPERATIONS.values()}
    assert {id(rule) for rule in rules} == set(REFUSED_TO) == set(LET_THROUGH)


@pytest.mark.parametrize("who, address", [("", "/login/"), ("viewer", "/experiments/")])
def test_a_slow_request_may_ask_who_asks(
    who: str, address: str, as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its place among the long computations is its caller's, and who that is stands in the database."""
    monkeypatch.setattr(request_budget, "QUICK_SECONDS", -1.0)
    assert as_(who).get(address).status_code == 200
