"""`manage.py query_table` prints a network's row, or the table's facts."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from search.tables import reports
from tests.tables.made_table import made_bytes, made_table

TEXT = "2x3+1x3~sep3x3+identity:1.01-2.20:1.12"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "made.npz").write_bytes(made_bytes())
    monkeypatch.setattr(reports, "FOLDER", tmp_path)


def ask(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("query_table", *arguments, "--table", "made", "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_without_a_genotype_the_tables_facts_are_printed() -> None:
    facts = ask()
    assert (facts["networks"], facts["seeds"], facts["budgets"], facts["version"]) == (
        248,
        3,
        [10, 20, 40],
        "1.0",
    )
    assert len(facts["sha256"]) == 64


def test_a_genotypes_row_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    row = ask(TEXT)
    table = made_table()
    assert row["network"] == table.canonical(TEXT)
    assert row["test_accuracy"]["40"] == pytest.approx(table.query(TEXT, 40, "test", seed="mean"), abs=1e-5)
    assert row["regret"] == pytest.approx(table.regret(TEXT), abs=1e-5)
    assert len(row["validation_accuracy_by_seed"]) == 3
    monkeypatch.setattr("sys.stdin", io.StringIO(TEXT))
    assert ask("-") == row


def test_what_the_table_does_not_hold_ends_with_status_2() -> None:
    with pytest.raises(CommandError, match="which is not among the 248") as refused:
        ask("2x3+1x3~max3x3:1.01-1.11:1.12")
    assert refused.value.returncode == 2
    with pytest.raises(CommandError, match="is neither JSON nor a genotype's text"):
        ask("nonsense")
