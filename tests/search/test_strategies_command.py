"""`manage.py strategies` prints the registry."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from search.evolution.strategies import STRATEGIES


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("strategies", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("kind", STRATEGIES)
def test_each_strategy_is_printed_with_all_that_it_can_be_told(kind: str) -> None:
    row = STRATEGIES[kind]
    rows: list[dict[str, Any]] = json.loads(printed("--json"))
    [found] = [each for each in rows if each["kind"] == kind]
    assert (found["title"], found["paper"], found["runs"]) == (row.title, row.paper, row.runs)
    defaults = row.settings(kind=kind).model_dump(mode="json")
    del defaults["kind"]
    assert {setting["name"]: setting["default"] for setting in found["settings"]} == defaults
    assert all(setting["title"] and setting["description"] for setting in found["settings"])
    assert f"{kind}: {row.title} ({row.paper}; runs in the {row.runs})" in printed()


def test_they_are_printed_in_the_order_of_the_table() -> None:
    assert [row["kind"] for row in json.loads(printed("--json"))] == list(STRATEGIES)
