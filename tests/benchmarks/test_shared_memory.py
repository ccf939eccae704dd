"""`python -m tests.benchmarks shared-memory`: shared trainings take what is predicted, within a quarter."""

import json

import pytest

from tests.benchmarks.command import main
from tests.benchmarks.shared_memory import cases


@pytest.mark.slow
@pytest.mark.parametrize("method", ["gdas", "smash", "darts"])
def test_a_shared_training_takes_what_is_predicted_within_a_quarter(
    capsys: pytest.CaptureFixture[str], method: str
) -> None:
    main(["shared-memory", "--json", f"--method={method}"])
    rows = json.loads(capsys.readouterr().out)["shared trainings"]
    assert len(rows) == (4 if method == "darts" else 2)
    for row in rows:
        assert 0.75 <= float(row["taken / predicted"]) <= 1.25, row


def test_every_method_is_measured_in_both_spaces() -> None:
    names = [case.name for case in cases()]
    assert len(names) == 14
    assert all(names.count(name) == 2 for name in names)
