"""What every request meets before its operation: sizes, media types, foreign pages, unknown names, ETags."""

import json

import pytest
from django.db import OperationalError
from django.test import Client, override_settings

from search import selectors
from search.api.bodies import MOST_BYTES
from search.models import Experiment
from tests.api.conftest import ROOT, Answer, Api
from tests.search.searching import created

pytestmark = pytest.mark.django_db
QUICK = json.dumps({"preset": "quick"}).encode()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "https://testserver"},
        {"Origin": "http://[broken"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_a_page_of_another_site_changes_nothing(api: Api, headers: dict[str, str]) -> None:
    refused = api.send("/experiments", QUICK, headers=headers)
    assert refused.status == 403
    assert refused["type"].endswith("#foreign-origin")
    assert not Experiment.objects.exists()
    pausing = api.post(f"/experiments/{created().pk}/start", headers=headers)
    assert pausing.status == 403


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "http://testserver"}, {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}],
    ids=str,
)
def test_scripts_and_our_own_pages_may_write(api: Api, headers: dict[str, str]) -> None:
    assert api.send("/experiments", QUICK, headers=headers).status == 201


@override_settings(CSRF_TRUSTED_ORIGINS=["https://nas.example.org", "https://*.lab.example.org"])
@pytest.mark.parametrize(
    "origin,status",
    [
        ("https://nas.example.org", 201),
        ("https://a.lab.example.org", 201),
        ("http://nas.example.org", 403),
        ("https://other.example.org", 403),
    ],
)
def test_trusted_origins_may_write(api: Api, origin: str, status: int) -> None:
    assert api.send("/experiments", QUICK, headers={"Origin": origin}).status == status


def test_no_csrf_token_is_asked_for() -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(f"{ROOT}/experiments", QUICK, content_type="application/json")
    assert answer.status_code == 201


def test_a_name_that_is_not_ours_is_refused(client: Client) -> None:
    answer = client.get(f"{ROOT}/experiments", headers={"Host": "evil.example"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_a_body_must_say_that_it_is_json(api: Api, content_type: str) -> None:
    refused = api.send("/experiments", QUICK, content_type=content_type)
    assert refused.status == 415


def test_a_charset_may_be_named(api: Api) -> None:
    assert api.send("/experiments", QUICK, content_type="application/json; charset=utf-8").status == 201


def test_a_body_over_the_limit_is_refused(api: Api) -> None:
    refused = api.send("/experiments", b'{"notes": "' + b"x" * MOST_BYTES + b'"}')
    assert refused.status == 413
    assert "1,048,576" in refused["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"text"',
        b"\xff\xfe{}",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1, "a": 2}',
        b"[" * 100_000,
        b'{"a": ' + b"9" * 5000 + b"}",
        '{"preset": "quick"}'.encode("utf-16"),
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_json_object_is_malformed(api: Api, body: bytes) -> None:
    refused = api.send("/experiments", body)
    assert refused.status == 400
    assert refused["type"].endswith("#malformed")


@pytest.mark.parametrize(
    "body,field",
    [
        (b'{"preset": "quick", "name": "a\\u0000b"}', "name"),
        (b'{"preset": "quick", "name": "\\ud800"}', "name"),
        (b'{"preset": "quick", "notes": "\\udfff!"}', "notes"),
        (b'{"preset": "quick", "a\\u0000": 1}', ""),
        (
            b'{"config": {"space": {"levels": [], "max_parameters": 99999999999999999999}}}',
            "config.space.max_parameters",
        ),
    ],
)
def test_what_no_database_holds_is_refused(api: Api, body: bytes, field: str) -> None:
    refused = api.send("/experiments", body)
    assert refused.status == 422
    assert refused.fields == [field]


def test_a_missing_body_is_named(api: Api) -> None:
    refused = api.send("/experiments", b"")
    assert refused.status == 422
    assert "missing" in refused["errors"][0]["message"]


@pytest.mark.parametrize(
    "number", ["0", "-1", "abc", "1.0", "1_0", "9223372036854775808", "9" * 5000, "%D9%A1"]
)
def test_what_is_no_number_of_an_experiment_is_refused(api: Api, number: str) -> None:
    for answer in (api.get(f"/experiments/{number}"), api.post(f"/experiments/{number}/pause")):
        assert answer.status == 422
        assert answer.fields == ["experiment_id"]


def test_the_largest_number_is_merely_unknown(api: Api) -> None:
    for answer in (
        api.get("/experiments/9223372036854775807"),
        api.post("/experiments/9223372036854775807/pause"),
        api.get("/experiments/1/individuals/9223372036854775807"),
        api.get("/evaluations/9223372036854775807"),
        api.post("/evaluations/9223372036854775807/retry"),
    ):
        assert answer.status == 404


@pytest.mark.parametrize(
    "method,address,allowed",
    [
        ("DELETE", "/presets", "GET, HEAD"),
        ("PUT", "/experiments", "GET, HEAD, POST"),
        ("GET", "/genotypes/preview", "POST"),
        ("TRACE", "/experiments", "GET, HEAD, POST"),
    ],
)
def test_a_method_that_is_not_answered_names_those_that_are(
    api: Api, method: str, address: str, allowed: str
) -> None:
    refused = api.send(address, b"", method=method)
    assert refused.status == 405
    assert refused.headers["Allow"] == allowed


def test_an_unknown_address_is_a_problem_and_no_page(api: Api) -> None:
    for refused in (api.get("/nothing/here"), api.post("/nothing")):
        assert refused.status == 404
        assert refused.headers["Content-Type"] == "application/problem+json"


def test_every_problem_says_what_it_is(api: Api) -> None:
    refused = api.get("/experiments/4711")
    assert refused.document == {
        "type": "/api/v1/problems#not-found",
        "title": "Not found",
        "status": 404,
        "detail": "There is no experiment 4711.",
        "instance": "/api/v1/experiments/4711",
    }
    assert "not-found" in [row["name"] for row in api.get("/problems").items]


def test_what_has_not_changed_is_not_sent_again(api: Api, search: Experiment) -> None:
    address = f"/experiments/{search.pk}/individuals/3"
    first = api.get(address)
    again = api.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.content) == (304, b"")
    assert api.get(address, headers={"If-None-Match": '"other"'}).status == 200


def test_head_is_get_without_its_content(api: Api) -> None:
    answer = api.send("/presets", b"", method="HEAD")
    assert (answer.status, answer.content) == (200, b"")


def test_a_database_that_is_away_is_said(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(**_: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(selectors, "experiments", away)
    refused = api.get("/experiments")
    assert refused.status == 503
    assert refused.headers["Retry-After"] == "5"


def test_a_failure_of_ours_is_a_problem_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(selectors, "experiments", broken)
    client = Client(raise_request_exception=False)
    refused = Answer(client.get(f"{ROOT}/experiments"))
    assert refused.status == 500
    assert refused["type"].endswith("#failed")


@pytest.mark.parametrize(
    "told", ["database or disk is full", 'could not extend file "base/1": No space left on device']
)
def test_a_full_disk_is_not_told_as_a_database_that_is_away(
    api: Api, client: Client, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OperationalError(told)

    monkeypatch.setattr("search.services.create_experiment", fail)
    refused = api.post("/experiments", {"preset": "quick"})
    assert (refused.status, refused["title"]) == (503, "The disk of the database is full")
    assert "Free some room" in str(refused["detail"]) or "free some room" in str(refused["detail"])
    page = client.post("/experiments/new/demo/")
    assert page.status_code == 503
    assert "The disk is full" in page.text
