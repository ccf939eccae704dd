"""manage.py train_trellis."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

PROTOCOL = {
    "dataset": "digits",
    "channels": 2,
    "steps": 4,
    "batch_size": 16,
    "train_images": 100,
    "validation_images": 50,
}


def test_it_trains_each_run_with_a_seed_of_its_own_and_says_what_came_of_it() -> None:
    out = StringIO()
    call_command(
        "train_trellis", protocol=json.dumps(PROTOCOL), layers=2, runs=2, json=True, device="cpu", stdout=out
    )
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    # 16 edges of 9 x 2 x 2: 3 within each of both layers, 4 + 3 + 3 between them.
    assert [row["parameters"] for row in rows] == [16 * 36 + 18 + 8 * 4 + 30] * 2
    assert all(0 <= row["accuracy"] <= 1 for row in rows)


@pytest.mark.parametrize("told", [{"protocol": '{"steps": 0}'}, {"protocol": "{"}, {"layers": 0}])
def test_what_cannot_be_trained_is_refused_with_the_reason(told: dict[str, object]) -> None:
    with pytest.raises(CommandError, match=r"--protocol .*|--layers 0"):
        call_command("train_trellis", stdout=StringIO(), **told)
