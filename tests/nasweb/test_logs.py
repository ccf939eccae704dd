"""A line of the log: what it is about, in both formats, whatever people write into names."""

import json
import logging
import sys
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from nasweb.logs import JsonLine, TextLine, harmless
from search.logcontext import about, present_fields

FORGED = "harmless\n2026-01-01 00:00:00,000 ERROR   search: forged\x1b[2J\u202e\u2028"


def record(message: str, /, *arguments: object, **fields: object) -> logging.LogRecord:
    made = logging.LogRecord("search.journal", logging.INFO, __file__, 1, message, arguments, None)
    made.fields = fields
    return made


def test_a_block_says_what_its_lines_are_about_and_is_forgotten_after_it() -> None:
    with about(experiment=3), about(evaluation=17):
        assert present_fields() == {"experiment": 3, "evaluation": 17}
        line = TextLine().format(record("evaluation %s is running", 17, attempt=2))
    assert line.endswith(
        "INFO    search.journal: evaluation 17 is running [experiment=3 evaluation=17 attempt=2]"
    )
    assert present_fields() == {}


@pytest.mark.parametrize("place", ["message", "argument", "field"])
def test_no_text_of_a_person_begins_a_line_of_its_own(place: str) -> None:
    written = {
        "message": record(FORGED),
        "argument": record("named %s", FORGED),
        "field": record("named", reason=FORGED),
    }[place]
    assert TextLine().format(written).isprintable()
    assert JsonLine().format(written).isprintable()
    assert FORGED in json.loads(JsonLine().format(written)).values() or place == "argument"


def raised() -> logging.LogRecord:
    try:
        raise ValueError(FORGED)
    except ValueError:
        made = record("failed")
        made.exc_info = sys.exc_info()
        return made


def test_a_traceback_is_indented_so_that_its_lines_are_no_events() -> None:
    first, *rest = TextLine().format(raised()).splitlines()
    assert first.endswith("search.journal: failed")
    assert len(rest) > 3
    assert all(line.startswith("    ") and line.isprintable() for line in rest)


def test_an_event_with_its_traceback_is_one_json_object_on_one_line() -> None:
    with about(worker="training@host"):
        line = JsonLine().format(raised())
    assert "\n" not in line
    event = json.loads(line)
    assert event["worker"] == "training@host"
    assert event["exception"].startswith("Traceback")
    assert (event["level"], event["logger"], event["message"]) == ("INFO", "search.journal", "failed")


def test_a_field_cannot_pass_for_the_line_itself() -> None:
    event = json.loads(JsonLine().format(record("true", level="forged", message="forged", odd=object())))
    assert (event["level"], event["message"]) == ("INFO", "true")


def requests_in(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [row.__dict__["fields"] for row in caplog.records if row.name == "nasweb.request"]


@pytest.mark.django_db
def test_a_request_is_one_line_with_an_id_that_the_answer_carries(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    seen = client.get("/experiments/?q=what+I+search+for").headers["X-Request-ID"]
    again = client.get("/nowhere%0Aforged/", headers={"X-Request-ID": "proxy-1234567"})
    assert (len(seen), again.headers["X-Request-ID"]) == (16, "proxy-1234567")
    assert client.get("/help/", headers={"X-Request-ID": "bad\nid<"}).headers["X-Request-ID"] != "bad\nid<"
    client.get("/healthz")
    lines = requests_in(caplog)
    told = [(line["method"], line["path"], line["status"]) for line in lines]
    assert told == [("GET", "/experiments/", 200), ("GET", "/nowhere\nforged/", 404), ("GET", "/help/", 200)]
    assert all(0 < line["ms"] < 60_000 for line in lines)
    assert "search for" not in caplog.text


@pytest.mark.django_db
def test_the_cause_of_a_failed_request_carries_its_id(client: Client) -> None:
    seen: list[object] = []

    class Remembering(logging.Handler):
        def emit(self, row: logging.LogRecord) -> None:
            seen.append(present_fields().get("request_id"))

    handler = Remembering(level="ERROR")
    logging.getLogger("django.request").addHandler(handler)
    client.raise_request_exception = False
    broken: Any = RuntimeError("broken on purpose")
    try:
        with patch("django.db.backends.utils.CursorWrapper.execute", side_effect=broken):
            answer = client.get("/experiments/")
    finally:
        logging.getLogger("django.request").removeHandler(handler)
    assert answer.status_code == 500
    assert seen
    assert set(seen) == {answer.headers["X-Request-ID"]}


def test_a_name_that_no_encoding_can_write_is_written_as_an_escape() -> None:
    assert harmless("caf\udce9.png").encode() == b"caf\\udce9.png"
