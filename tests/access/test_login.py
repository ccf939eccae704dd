"""Coming in: the right password, the wrong one, too many of them, and what happens to those who are not logged in."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from search.models import LoginAttempt, Role
from search.services.accounts import logins
from search.services.accounts.accounts import set_active, set_password, set_role
from tests.access.conftest import PASSWORD, As

pytestmark = pytest.mark.django_db
HTML = {"Accept": "text/html"}


def log_in(client: Client, name: str = "viewer", password: str = PASSWORD, **form: str) -> Any:
    return client.post("/login/", {"name": name, "password": password, **form})


def test_a_page_leads_to_the_login_and_back(client: Client, people: dict[str, Any]) -> None:
    sent = client.get("/workers/?state=failed", headers=HTML)
    assert sent.headers["Location"] == "/login/?next=%2Fworkers%2F%3Fstate%3Dfailed"
    shown = client.get(sent.headers["Location"])
    assert 'value="/workers/?state=failed"' in shown.text
    done = log_in(client, next="/workers/?state=failed")
    assert done.headers["Location"] == "/workers/?state=failed"
    assert client.get("/workers/", headers=HTML).status_code == 200


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_the_login_leads_to_no_other_site(client: Client, people: dict[str, Any], elsewhere: str) -> None:
    assert log_in(client, next=elsewhere).headers["Location"] == "/experiments/"


def test_a_part_of_a_page_and_a_form_are_told_that_the_session_is_over(
    client: Client, people: object
) -> None:
    part = client.get("/experiments/", headers={"HX-Request": "true", **HTML})
    assert (part.status_code, part.headers["HX-Refresh"]) == (401, "true")
    form = client.post("/experiments/new/demo/", headers=HTML)
    assert form.status_code == 401
    assert "Nothing was changed" in form.text


def test_a_wrong_password_is_refused_in_the_same_words_as_an_unknown_name(
    client: Client, people: object
) -> None:
    wrong, unknown = log_in(client, password="wrong"), log_in(client, name="nobody")
    assert wrong.status_code == unknown.status_code == 403
    assert "do not go together" in wrong.text
    assert "do not go together" in unknown.text
    assert client.get("/experiments/", headers=HTML).status_code == 302


def test_guessing_is_throttled_and_the_right_password_is_not_looked_at_either(
    client: Client, people: object
) -> None:
    for _ in range(logins.SAME_BOTH):
        assert log_in(client, password="guess").status_code == 403
    refused = log_in(client)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= logins.WINDOW.total_seconds()
    assert "Try again in 15 min" in refused.text
    assert log_in(client, name="admin").status_code == 302, "another name is not concerned"


def test_the_throttle_ends_with_its_window(client: Client, people: object) -> None:
    for _ in range(logins.SAME_BOTH + 3):
        log_in(client, password="guess")
    LoginAttempt.objects.update(at=timezone.now() - logins.WINDOW - timedelta(seconds=1))
    assert log_in(client).status_code == 302


def test_one_address_cannot_try_one_password_on_many_names(client: Client, people: object) -> None:
    statuses = [
        log_in(client, name=f"name{number}", password="x").status_code
        for number in range(logins.SAME_ADDRESS + 1)
    ]
    assert statuses[-2:] == [403, 429]


def test_a_right_password_forgets_the_typing_errors_before_it(client: Client, people: object) -> None:
    for _ in range(3):
        for _ in range(logins.SAME_BOTH - 1):
            log_in(client, password="typo")
        assert log_in(client).status_code == 302


def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_has_seen(
    client: Client, people: object, settings: Settings
) -> None:
    """What stands before it in the header came with the request: inventing it must not give new attempts."""
    settings.HTTPS = True
    statuses = [
        client.post(
            "/login/",
            {"name": "viewer", "password": "guess"},
            headers={"X-Forwarded-For": f"10.0.0.{number}, 192.0.2.7"},
        ).status_code
        for number in range(logins.SAME_BOTH + 1)
    ]
    assert statuses[-1] == 429
    assert {row.address for row in LoginAttempt.objects.all()} == {"192.0.2.7"}


def test_a_login_needs_its_forms_token(people: object) -> None:
    assert log_in(Client(enforce_csrf_checks=True)).status_code == 403


def test_a_closed_account_is_out_at_once(as_: As) -> None:
    viewer = as_("viewer")
    assert viewer.get("/experiments/").status_code == 200
    set_active(name="viewer", active=False)
    assert viewer.get("/experiments/").status_code == 302
    assert log_in(Client()).status_code == 403


def test_another_role_counts_from_the_next_request_on(as_: As) -> None:
    browser = as_("owner")
    assert browser.get("/experiments/new/").status_code == 200
    set_role(name="owner", role=Role.VIEWER)
    assert browser.get("/experiments/new/").status_code == 403


def test_another_password_ends_the_sessions(as_: As) -> None:
    browser = as_("viewer")
    set_password(name="viewer", password="something else entirely")
    assert browser.get("/experiments/").status_code == 302


def test_ones_own_new_password_keeps_this_session_and_ends_the_others(as_: As) -> None:
    here, there = as_("viewer"), as_("viewer")
    form = {"old_password": PASSWORD, "new_password1": "twelve sloths", "new_password2": "twelve sloths"}
    assert here.post("/account/", form).status_code == 302
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302


@pytest.mark.parametrize(
    "old, new, why",
    [
        ("wrong", "twelve sloths", "old password"),
        (PASSWORD, "short", "too short"),
        (PASSWORD, "password123", "too common"),
        (PASSWORD, "1234567890123", "entirely numeric"),
    ],
)
def test_a_bad_new_password_is_refused(as_: As, old: str, new: str, why: str) -> None:
    refused = as_("viewer").post(
        "/account/", {"old_password": old, "new_password1": new, "new_password2": new}
    )
    assert refused.status_code == 400
    assert why in refused.text


def test_logging_out_is_a_post_and_ends_the_session(as_: As) -> None:
    browser = as_("viewer")
    assert browser.get("/logout/").status_code == 405
    assert browser.post("/logout/").headers["Location"] == "/login/"
    assert browser.get("/experiments/").status_code == 302


def test_cookies_are_for_this_site_and_not_for_scripts(client: Client, people: object) -> None:
    session = log_in(client).cookies[settings.SESSION_COOKIE_NAME]
    assert session["httponly"]
    assert session["samesite"] == "Lax"


def test_nothing_of_a_password_reaches_the_log(
    client: Client, people: object, caplog: pytest.LogCaptureFixture
) -> None:
    log_in(client, password="my secret guess")
    assert "my secret guess" not in caplog.text
