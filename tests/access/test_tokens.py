"""Tokens: made and revoked in the browser and by command, shown once, stored hashed, bounded by scope and role."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from search import services
from search.models import ApiToken, Experiment, Role, Scope
from search.selectors.accounts import hash_of
from search.services.accounts.accounts import set_active, set_role
from search.services.accounts.tokens import MOST, PREFIX, create_token, revoke_token
from tests.access.conftest import As, WithToken

pytestmark = pytest.mark.django_db
EXPERIMENTS = "/api/v1/experiments"


def made_by(browser: Client, scope: str = "run", days: str = "90") -> str:
    page = browser.post("/account/tokens/", {"name": "Notebook", "scope": scope, "days": days})
    assert page.status_code == 201
    assert "no-store" in page.headers["Cache-Control"]
    shown = re.search(r'id="new-token">([^<]+)<', page.text)
    assert shown is not None
    return shown[1]


def bearing(text: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {text}"})


def test_a_token_is_shown_once_stored_hashed_and_opens_the_api(as_: As) -> None:
    owner = as_("owner")
    text = made_by(owner)
    assert text.startswith(PREFIX)
    assert len(text) == len(PREFIX) + 43, "256 random bits"
    row = ApiToken.objects.get()
    assert row.token_hash == hash_of(text)
    assert text not in str(ApiToken.objects.values())
    page = owner.get("/account/").text
    assert text not in page
    assert f"{row.prefix}…" in page
    assert bearing(text).get(EXPERIMENTS).status_code == 200


def test_a_revoked_token_is_refused_at_once(as_: As) -> None:
    owner = as_("owner")
    script = bearing(made_by(owner))
    owner.post(f"/account/tokens/{ApiToken.objects.get().pk}/revoke/")
    refused = script.get(EXPERIMENTS)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="nasweb", error="invalid_token"'
    assert refused.json()["type"].endswith("#unauthenticated")
    assert "revoked" in refused.json()["detail"]


def test_an_expired_token_is_refused(with_token: WithToken) -> None:
    script = with_token("owner", days=1)
    assert script.get(EXPERIMENTS).status_code == 200
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert script.get(EXPERIMENTS).status_code == 401


@pytest.mark.parametrize(
    "header",
    ["Bearer nas_wrong", "Bearer", "Bearer ", "bearer nas_x", "Bearer " + "x" * 5000, "Basic YTpi", "nas_x"],
)
def test_what_is_no_token_opens_nothing(client: Client, people: object, header: str) -> None:
    refused = client.get(EXPERIMENTS, headers={"Authorization": header})
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith('Bearer realm="nasweb"')


def test_a_bad_token_is_not_made_good_by_a_session(as_: As) -> None:
    assert as_("admin").get(EXPERIMENTS, headers={"Authorization": "Bearer nas_wrong"}).status_code == 401


def test_a_token_needs_no_csrf_token_and_no_cookie_comes_back(with_token: WithToken) -> None:
    made = with_token("owner", Scope.RUN).post(
        EXPERIMENTS, b'{"preset": "quick"}', content_type="application/json"
    )
    assert made.status_code == 201
    assert not made.cookies


def test_a_refusal_says_what_is_missing(with_token: WithToken, search: Experiment) -> None:
    body, json = b'{"preset": "quick"}', "application/json"
    refused = with_token("admin", Scope.READ).post(EXPERIMENTS, body, content_type=json)
    assert refused.status_code == 403
    assert refused.json() | {"instance": ""} == {
        "type": "/api/v1/problems#forbidden",
        "title": "Not allowed",
        "status": 403,
        "detail": "The token allows what a viewer may do; "
        "this needs a researcher or an admin; a token with the scope run.",
        "instance": "",
        "needs": "researcher",
        "role": "viewer",
    }
    stopped = with_token("stranger", Scope.RUN).post(f"{EXPERIMENTS}/{search.pk}/stop", content_type=json)
    assert stopped.json()["detail"] == (
        f"Experiment {search.pk} belongs to owner: only its owner or an admin can change it."
    )


def test_a_scope_narrows_a_role_and_a_role_narrows_a_scope(with_token: WithToken, search: Experiment) -> None:
    address, json = f"{EXPERIMENTS}/{search.pk}", "application/json"
    run = with_token("admin", Scope.RUN)
    assert run.patch(address, b'{"name": "x"}', content_type=json).status_code == 403, "not the admin's own"
    admin = with_token("admin", Scope.ADMIN)
    assert admin.patch(address, b'{"name": "x"}', content_type=json).status_code == 200
    owner = with_token("owner", Scope.RUN)
    assert owner.patch(address, b'{"name": "y"}', content_type=json).status_code == 200
    set_role(name="owner", role=Role.VIEWER)
    assert owner.patch(address, b'{"name": "z"}', content_type=json).status_code == 403
    assert owner.get(address).status_code == 200
    set_active(name="owner", active=False)
    assert owner.get(address).status_code == 401


def test_nobody_makes_a_token_beyond_their_role(as_: As, people: dict[str, Any]) -> None:
    viewer = as_("viewer")
    assert 'value="run"' not in viewer.get("/account/").text
    assert viewer.post("/account/tokens/", {"name": "x", "scope": "run", "days": "30"}).status_code == 400
    with pytest.raises(services.Conflict, match=r"A researcher cannot .* scope admin; choose read or run"):
        create_token(owner=people["owner"], name="x", scope=Scope.ADMIN, days=1)
    assert not ApiToken.objects.exists()


def test_one_person_has_no_more_tokens_than_anybody_keeps_track_of(people: dict[str, Any]) -> None:
    rows = [ApiToken(owner=people["owner"], name="x", prefix="nas_", token_hash=str(n)) for n in range(MOST)]
    ApiToken.objects.bulk_create(rows)
    with pytest.raises(services.Conflict, match="revoke one first"):
        create_token(owner=people["owner"], name="x", scope=Scope.READ, days=1)


def test_somebody_elses_token_is_revoked_by_admins_only(as_: As, people: dict[str, Any]) -> None:
    row, _ = create_token(owner=people["owner"], name="x", scope=Scope.READ, days=1)
    assert as_("stranger").post(f"/account/tokens/{row.pk}/revoke/").status_code == 404
    assert ApiToken.objects.get().revoked_at is None
    assert row.prefix in as_("admin").get("/people/").text
    assert as_("admin").post(f"/account/tokens/{row.pk}/revoke/").status_code == 302
    first = ApiToken.objects.get().revoked_at
    assert first is not None
    revoke_token(token_id=row.pk)
    assert ApiToken.objects.get().revoked_at == first


def test_the_last_use_is_noted_once_a_minute_and_not_with_each_request(with_token: WithToken) -> None:
    script = with_token("owner")
    script.get(EXPERIMENTS)
    noted = ApiToken.objects.get().last_used_at
    assert noted is not None
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for _ in range(3):
            script.get(EXPERIMENTS)
    assert not [query for query in queries if query["sql"].startswith(("UPDATE", "INSERT", "DELETE"))]
    ApiToken.objects.update(last_used_at=noted - timedelta(minutes=2))
    script.get(EXPERIMENTS)
    again = ApiToken.objects.get().last_used_at
    assert again is not None
    assert again > noted - timedelta(minutes=1)


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("tokens", *words, stdout=out)
    return out.getvalue()


def test_commands_make_list_and_revoke(people: object) -> None:
    text = run("create", "owner", "--scope", "run", "--name", "Cluster").strip()
    assert bearing(text).get(EXPERIMENTS).status_code == 200
    listed = run("list", "owner")
    assert re.fullmatch(rf"{text[:12]}…  owner  run    until \d{{4}}-\d\d-\d\d  used .*  Cluster\n", listed)
    assert run("list", "admin") == ""
    run("revoke", text[:12])
    assert bearing(text).get(EXPERIMENTS).status_code == 401
    assert run("list") == ""


@pytest.mark.parametrize(
    "words, why",
    [
        (("create", "nobody"), "no account nobody"),
        (("create", "viewer", "--scope", "admin"), "A viewer cannot"),
        (("create", "viewer", "--days", "-1"), "--days"),
        (("create", "viewer", "--days", "99999999999"), "--days"),
        (("revoke", "nas_none"), "no valid token"),
    ],
)
def test_commands_say_what_is_wrong(people: object, words: tuple[str, ...], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        run(*words)


def test_the_document_says_who_may_ask(with_token: WithToken, settings: Settings) -> None:
    document = with_token("viewer").get("/api/v1/openapi.json").json()
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    deleting = document["paths"]["/api/v1/experiments/{experiment_id}"]["delete"]
    assert deleting["security"] == [{"token": ["run"]}, {"session": []}]
    assert "the experiment's owner" in deleting["description"]
    for methods in document["paths"].values():
        for operation in methods.values():
            assert {"401", "403"} <= set(operation["responses"])
    settings.ACCOUNTS = False
    assert (
        "security" not in Client().get("/api/v1/openapi.json").json()["paths"]["/api/v1/experiments"]["get"]
    )


def test_expired_tokens_take_no_place_from_new_ones(as_: As) -> None:
    as_("owner")
    owner = get_user_model().objects.get(username="owner")
    for number in range(MOST):
        create_token(owner=owner, name=str(number), scope=Scope.READ, days=1)
    with pytest.raises(services.Conflict, match="tokens already"):
        create_token(owner=owner, name="one more", scope=Scope.READ, days=1)
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert create_token(owner=owner, name="one more", scope=Scope.READ, days=1)
