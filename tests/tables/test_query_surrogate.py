"""`manage.py query_table` of a sample prints what its surrogate predicts, and calls it a surrogate."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from search.learning.tabular.surrogate import load_surrogate
from search.tables import reports
from tests.tables.made_sample import NAME, NETWORKS, PART, write_sample


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sample(tmp_path)
    monkeypatch.setattr(reports, "FOLDER", tmp_path)


def query(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("query_table", *arguments, "--table", NAME, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_the_command_prints_a_prediction_and_calls_it_one() -> None:
    text = next(iter(PART.networks().values())).text
    row = query(text)
    assert row["surrogate"] is True
    assert row["held_out"]["value"] > 0.8
    assert row["validation_accuracy"]["40"] == pytest.approx(
        load_surrogate(NAME).query(text, 40, seed="mean"), abs=1e-5
    )
    assert 0 < row["noise"] < 0.1
    facts = query()
    assert (facts["surrogate"], facts["networks"], facts["seeds"]) == (True, NETWORKS, 2)
    with pytest.raises(CommandError, match="is of another space than surrogate made-sample") as refused:
        query("2x3+1x3~max3x3:1.01-1.11:1.12")
    assert refused.value.returncode == 2
