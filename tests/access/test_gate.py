"""Who is at the gate: this machine alone without accounts, sessions with their CSRF token, cookies behind TLS."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from pytest_django.fixtures import Settings

from search.models import Experiment
from tests.access.conftest import As

pytestmark = pytest.mark.django_db
QUICK = json.dumps({"preset": "quick"}).encode()
EXPERIMENTS = "/api/v1/experiments"


@pytest.mark.parametrize(
    "address, status",
    [
        ("127.0.0.1", 200),
        ("127.8.8.8", 200),
        ("::1", 200),
        ("::ffff:127.0.0.1", 200),
        ("", 200),  # a socket in the file system
        ("192.168.1.5", 403),
        ("::ffff:192.168.1.5", 403),
        ("203.0.113.9", 403),
        ("localhost.evil.example", 403),
    ],
)
def test_without_accounts_only_this_machine_is_served(
    client: Client, settings: Settings, address: str, status: int
) -> None:
    settings.ACCOUNTS = False
    page = client.get("/experiments/", REMOTE_ADDR=address)
    answer = client.get(EXPERIMENTS, REMOTE_ADDR=address)
    assert (page.status_code, answer.status_code) == (status, status)
    if status == 403:
        assert "NASWEB_ACCOUNTS=1" in page.text
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert client.get("/healthz", REMOTE_ADDR=address).status_code == 200


@pytest.mark.parametrize("path", ["/experiments/", EXPERIMENTS, "/healthz", "/login/"])
@pytest.mark.parametrize("accounts", [False, True])
def test_a_name_that_is_not_ours_is_refused(
    client: Client, settings: Settings, path: str, accounts: bool
) -> None:
    """A page of evil.example whose name suddenly resolves to this machine asks under its own name."""
    settings.ACCOUNTS = accounts
    answer = client.get(path, headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "does not answer for the name &#x27;evil.example&#x27;" in answer.content.decode()


def test_with_accounts_other_machines_are_served(as_: As) -> None:
    assert as_("viewer").get("/experiments/", REMOTE_ADDR="203.0.113.9").status_code == 200


def write(client: Client, **headers: str) -> Any:
    return client.post(EXPERIMENTS, QUICK, content_type="application/json", headers=headers)


def test_a_session_alone_changes_nothing_over_the_api(as_: As) -> None:
    browser = as_("owner", enforce_csrf_checks=True)
    refused = write(browser)
    assert refused.status_code == 403
    assert refused.json()["type"].endswith("#csrf-token")
    assert write(browser, **{"X-CSRFToken": "x" * 32}).status_code == 403
    assert not Experiment.objects.exists()


def test_a_session_with_its_token_does_and_only_from_our_own_pages(as_: As) -> None:
    browser = as_("owner", enforce_csrf_checks=True)
    browser.get("/experiments/new/")
    token = {"X-CSRFToken": browser.cookies[settings.CSRF_COOKIE_NAME].value}
    assert write(browser, **token, Origin="https://evil.example").status_code == 403
    assert write(browser, **token, Origin="http://testserver").status_code == 201


def test_every_form_needs_its_token(as_: As, search: Experiment) -> None:
    browser = as_("admin", enforce_csrf_checks=True)
    browser.get("/experiments/new/")  # which sets the cookie
    for address in (
        f"/experiments/{search.pk}/delete/",
        "/people/new/",
        "/account/",
        "/account/tokens/",
        "/logout/",
        "/experiments/new/demo/",
    ):
        refused = browser.post(address, {"name": search.name, "role": "admin"})
        assert refused.status_code == 403
        assert "out of date" in refused.text
    assert Experiment.objects.exists()


def test_a_browser_that_keeps_no_cookies_is_told_that_they_are_needed(as_: As) -> None:
    """To load the page again, as for a form that is out of date, would never help."""
    refused = as_("admin", enforce_csrf_checks=True).post("/experiments/new/demo/")
    assert refused.status_code == 403
    assert "Cookies are needed" in refused.text
    assert "out of date" not in refused.text


def test_two_servers_on_one_host_name_their_cookies_differently(tmp_path: Path) -> None:
    names = set()
    for number in ("one", "two"):
        environment = {**os.environ, "NASWEB_VAR_DIR": str(tmp_path / number), "NASWEB_SECRET_KEY": number}
        code = "from nasweb import settings; print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)"
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        )
        names.update(done.stdout.split())
    assert len(names) == 4


def test_the_documentation_page_and_the_editor_have_the_token_that_their_requests_need(
    as_: As, search: Experiment
) -> None:
    for address in ("/api/v1/docs", f"/experiments/{search.pk}/individuals/3/edit/"):
        browser = as_("viewer", enforce_csrf_checks=True)
        browser.get(address)
        body = json.dumps({"genotype": "hierarchical:1"}).encode()
        token = {"X-CSRFToken": browser.cookies[settings.CSRF_COOKIE_NAME].value}
        answer = browser.post(
            "/api/v1/genotypes/preview", body, content_type="application/json", headers=token
        )
        assert answer.status_code == 200


def test_behind_tls_plain_requests_are_sent_on_and_cookies_are_secure(
    client: Client, people: object, settings: Settings
) -> None:
    settings.HTTPS = settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = True
    settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 3600
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert Client().get("/experiments/").headers["Location"] == "https://testserver/experiments/"
    assert Client().get("/healthz").status_code == 200, "it is asked from beside the server"
    tls = {"X-Forwarded-Proto": "https"}
    page = client.get("/login/", headers=tls)
    assert page.headers["Strict-Transport-Security"] == "max-age=3600"
    assert page.cookies[settings.CSRF_COOKIE_NAME]["secure"]
    done = client.post("/login/", {"name": "viewer", "password": "correct horse battery"}, headers=tls)
    assert done.cookies[settings.SESSION_COOKIE_NAME]["secure"]


@pytest.mark.parametrize("path", ["/login/", "/experiments/", "/people/", "/account/", "/api/v1/docs"])
def test_every_page_holds_the_policy_and_no_inline_script(as_: As, path: str) -> None:
    page = as_("admin").get(path)
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    opened = [part.split(">")[0] for part in page.text.split("<script")[1:]]
    assert all("src=" in part for part in opened)
    assert " style=" not in page.text
    assert " onclick=" not in page.text


def test_a_file_of_a_page_is_refused_as_the_page_is(client: Client, search: Experiment) -> None:
    """Exports and drawings, with the address in hand."""
    key = search.individuals.get(step=3).genotype.key
    for address in (
        f"/genotypes/{key}.json",
        f"/experiments/{search.pk}/curves.json",
        f"/experiments/{search.pk}/individuals/3/replay.svg",
        f"{EXPERIMENTS}/{search.pk}/individuals.csv",
        f"/api/v1/genotypes/{key}/drawings/flattened.svg",
    ):
        assert client.get(address).status_code == 401
