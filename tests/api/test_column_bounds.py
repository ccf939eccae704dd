"""Numbers and moments that no column holds: each is refused with its field, in bodies, addresses and files."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from search.api.application import api as the_api
from search.evolution.experiments.presets import PRESETS
from search.models import Experiment
from search.selectors import archive
from search.services.importing import BadFile
from tests.api.conftest import Api
from tests.search.importing.files import documents, exported, imported, written

pytestmark = pytest.mark.django_db
HUGE = ["9223372036854775808", "-9223372036854775809", "1e308", "1e999", "-1e999", "9" * 400]
"""As written in JSON and in addresses."""


def numbers(document: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where numbers stand in a configuration."""
    if isinstance(document, dict):
        for name, value in document.items():
            yield from numbers(value, (*path, name))
    elif isinstance(document, int | float) and not isinstance(document, bool):
        yield path


CONFIG = PRESETS["quick"].config.to_json()


@pytest.mark.parametrize("path", list(numbers(CONFIG)), ids=".".join)
def test_a_number_of_a_configuration(api: Api, path: tuple[str, ...]) -> None:
    api.client.raise_request_exception = False
    for number in HUGE:
        body = number
        for name in reversed(path):
            body = f'{{"{name}": {body}}}'
        answer = api.send("/experiments", f'{{"preset": "quick", "overrides": {body}}}'.encode())
        assert answer.status == 422, (number, answer.document)
        assert any(field.endswith(".".join(path)) for field in answer.fields), answer.fields


ADDRESSES = [
    (path.removeprefix("/api/v1"), method, parameter["name"], parameter["in"])
    for path, methods in the_api.get_openapi_schema()["paths"].items()
    for method, operation in methods.items()
    for parameter in operation.get("parameters", ())
    if '"integer"' in json.dumps(parameter) or '"number"' in json.dumps(parameter)
]


@pytest.mark.parametrize("path,method,name,place", ADDRESSES, ids=lambda value: str(value))
def test_a_number_of_an_address(api: Api, path: str, method: str, name: str, place: str) -> None:
    api.client.raise_request_exception = False
    known = {"key": "0" * 32, "other": "0" * 32, "motif_key": "0" * 32, "name": "L2-M1", "ending": "svg"}
    known |= dict.fromkeys(("experiment_id", "evaluation_id", "step", "repeat"), "1")
    for number in HUGE:
        values = {**known, name: number}
        address = path.format(**values)
        query = f"?{name}={number}" if place == "query" else ""
        answer = api.send(address + query, b"{}" if method != "get" else b"", method=method.upper())
        assert answer.status in (404, 422), (number, answer.document)
        if answer.status == 422 and method == "get":
            assert name in answer.fields


KINDS = {
    "experiment": archive.EXPERIMENT,
    "genotype": archive.GENOTYPE,
    "evaluation": archive.EVALUATION,
    "individual": archive.INDIVIDUAL,
}
OUT_OF_BOUNDS: dict[str, list[Any]] = {
    "DateTimeField": [
        "0001-01-01T00:00:00+00:00",
        "9999-12-31T23:59:59-12:00",
        "2026-11-25T09:00:00",
        17,
        "soon",
    ],
    "FloatField": [1e308, 10**400, "0.5", True],
    "PositiveSmallIntegerField": [2**15, -1, 1.5, 2**63],
    "PositiveIntegerField": [2**31, -1, 1.5, 2**63],
    "BigIntegerField": [2**63, -(2**63) - 1, 1.5],
}


def columns() -> Iterator[tuple[str, str, str]]:
    for kind, layout in {**KINDS, "record": archive.RECORD}.items():
        for name, field in layout.fields.items():
            if field.get_internal_type() in OUT_OF_BOUNDS:
                yield kind, name, field.get_internal_type()


@pytest.fixture
def file(search: Experiment) -> list[dict[str, Any]]:
    return documents(exported(search))


def test_each_number_and_moment_of_a_file(file: list[dict[str, Any]]) -> None:
    tried = 0
    for kind, name, field in columns():
        holder = "evaluation" if kind == "record" else kind
        line = next(
            line[holder] for line in file if holder in line and (kind != "record" or line[holder]["records"])
        )
        place = line["records"][0] if kind == "record" else line
        before = place[name]
        for value in OUT_OF_BOUNDS[field]:
            place[name] = value
            with pytest.raises(BadFile, match=rf"{name} must be "):
                imported(written(file))
            tried += 1
        place[name] = before
    assert tried > 80
    assert imported(written(file)).individuals == 12


@pytest.mark.parametrize("written_as", ["1e999", "-1e999"])
def test_an_infinite_number_in_a_column_of_json(file: list[dict[str, Any]], written_as: str) -> None:
    """PostgreSQL refuses it in JSON too."""
    text = written(file).decode()
    curve = text.index('"loss": ') + len('"loss": ')
    end = min(text.index(mark, curve) for mark in ",}")
    with pytest.raises(BadFile, match=f"the number {written_as} is too large"):
        imported((text[:curve] + written_as + text[end:]).encode())
