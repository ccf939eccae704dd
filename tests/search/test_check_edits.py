"""manage.py check_edits."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from search.management.commands import check_edits


def row(kind: str, exact: bool, difference: float) -> dict[str, Any]:
    return {"parent": "x", "edit": "M1: 1→2", "kind": kind, "exact": exact, "difference": difference}


def run(monkeypatch: pytest.MonkeyPatch, *rows: dict[str, Any]) -> list[str]:
    monkeypatch.setattr(check_edits.Command, "rows", lambda *_: list(rows))
    out = StringIO()
    call_command("check_edits", stdout=out)
    return out.getvalue().splitlines()


def test_it_compares_edits_of_real_networks_in_a_process_of_its_own() -> None:
    out = StringIO()
    call_command("check_edits", edits=1, space="flat", stdout=out)
    told = out.getvalue().splitlines()
    assert told[-1] == "exact where it is claimed"
    assert any(line.startswith("add an edge (exact): 1 edits, median difference") for line in told)
    assert any("(not exact)" in line for line in told)


def test_it_says_of_each_kind_how_far_the_scores_lie_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    told = run(monkeypatch, row("removal", False, 0.5), row("adding", True, 1e-7), row("removal", False, 0.7))
    assert told == [
        "adding (exact): 1 edits, median difference 1.0e-07, largest 1.0e-07",
        "removal (not exact): 2 edits, median difference 6.0e-01, largest 7.0e-01",
        "exact where it is claimed",
    ]


@pytest.mark.parametrize("difference", [1e-3, float("nan")])
def test_an_edit_that_claims_exactness_and_is_not_is_an_error(
    monkeypatch: pytest.MonkeyPatch, difference: float
) -> None:
    with pytest.raises(CommandError, match=r"1 of 2 edits claim .*\nx, M1: 1→2 \(adding\): scores differ by"):
        run(monkeypatch, row("adding", True, difference), row("removal", False, 0.5))


def test_a_comparison_in_which_nothing_differs_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="the comparison tells nothing"):
        run(monkeypatch, row("adding", True, 0.0), row("removal", False, 0.0))
