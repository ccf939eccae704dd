"""Whole experiments over the API: exported, imported, and refused with the line that is not right."""

import gzip
import json
from typing import Any

import pytest

from search.api import uploads
from search.models import Experiment
from tests.api.conftest import ROOT, Answer, Api

pytestmark = pytest.mark.django_db
GZIP, JSON_LINES = "application/gzip", "application/jsonl"


def export(api: Api, experiment: Experiment) -> bytes:
    response: Any = api.client.get(f"{ROOT}/experiments/{experiment.pk}/export")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == GZIP
    assert f'filename="experiment-{experiment.pk}.nasweb.jsonl.gz"' in response.headers["Content-Disposition"]
    return b"".join(response.streaming_content)


def send(api: Api, content: bytes, content_type: str = GZIP, **headers: str) -> Answer:
    return api.send("/experiments/import", content, content_type=content_type, headers=headers)


def test_what_was_exported_is_imported(api: Api, search: Experiment) -> None:
    made = send(api, export(api, search))
    assert made.status == 201, made.document
    assert made["experiment"]["id"] != search.pk
    assert made["experiment"]["best"]["fitness"] == search.best.fitness if search.best else False
    assert made["individuals"] == 12
    assert made["evaluations"] == {
        "new": 0,
        "known": made["evaluations"]["known"],
        "finished": 0,
        "differing": 0,
    }
    assert made.headers["Location"] == f"{ROOT}/experiments/{made['experiment']['id']}"
    assert api.get(f"/experiments/{made['experiment']['id']}").status == 200


def test_a_repeated_import_with_its_key_makes_one_experiment(api: Api, search: Experiment) -> None:
    content = export(api, search)
    numbers = {send(api, content, **{"Idempotency-Key": "k"})["experiment"]["id"] for _ in range(2)}
    assert len(numbers) == 1
    assert send(api, gzip.decompress(content), JSON_LINES, **{"Idempotency-Key": "k"}).status == 409
    assert Experiment.objects.count() == 2


def test_a_line_that_is_not_right_is_named(api: Api, search: Experiment) -> None:
    lines = gzip.decompress(export(api, search)).splitlines()
    lines[-2] = lines[-2].replace(b'"state":"', b'"state":"x')
    refused = send(api, b"\n".join(lines), JSON_LINES)
    assert refused.status == 422
    assert refused.fields == [f"line {len(lines) - 1}"]
    assert "individual.state must be one of" in refused["errors"][0]["message"]
    assert Experiment.objects.count() == 1


def test_a_file_is_declared_and_bounded(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    assert send(api, b"{}", "application/json").status == 415
    assert send(api, b"", GZIP).status == 422
    monkeypatch.setattr(uploads, "MOST_BYTES", 100)
    refused = send(api, b"x" * 101)
    assert refused.status == 413
    assert "101 bytes; at most 100" in refused["detail"]


def test_a_page_of_another_site_imports_nothing(api: Api) -> None:
    refused = send(api, b"x", GZIP, Origin="https://evil.example")
    assert refused.status == 403


def test_other_operations_take_no_files(api: Api) -> None:
    body = json.dumps({"preset": "quick"}).encode()
    assert api.send("/experiments", body, content_type=JSON_LINES).status == 415
    assert api.get("/experiments/import").status == 405
    assert api.get("/experiments/4711/export").status == 404
