"""`benchmark decisions` on made-up curves whose answers are known."""

import json
import random

import pytest

from search.evolution.experiments.config import Protocol
from tests.benchmarks import decisions
from tests.benchmarks.command import main
from tests.benchmarks.trained import Network, Repeat, Trained

STEPS = 40


def population(noise: float, size: int = 80) -> Trained:
    """Networks whose curves say on the way how they end, but for noise; larger ones are better."""
    rng = random.Random(5)

    def repeat(quality: float) -> Repeat:
        scored = {
            step: min(1.0, max(0.0, quality * (0.6 + 0.4 * step / STEPS) + rng.gauss(0, noise)))
            for step in (10, 20, 30)
        }
        return Repeat({**scored, STEPS: quality}, quality, 1.0)

    qualities = [0.2 + 0.7 * rng.random() for _ in range(size)]
    networks = tuple(
        Network(round(1000 * quality), round(1000 * quality), tuple(repeat(quality) for _ in range(3)))
        for quality in qualities
    )
    return Trained(Protocol(steps=STEPS, repeats=3), 0.25, size // 2, networks, tuple(range(size)))


def by_rule(table: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    return {str(row["rule"]): row for row in table}


def test_curves_that_tell_all_save_much_and_cost_nothing() -> None:
    found = decisions.replayed(population(noise=0.0))
    rules = by_rule(found["one training each, against the mean of its other repeats"])
    assert rules["none"]["spearman"] == pytest.approx(1)
    assert rules["hopeless 0.01"]["steps saved %"] > 10
    assert rules["hopeless 0.01"]["best quarter lost %"] < 20
    assert rules["halving 3 x 2"]["steps saved %"] > 50
    assert rules["proxy parameters 0.2"]["steps saved %"] > 5
    assert all(row["regret points"] == pytest.approx(0) for row in rules.values())
    repeats = by_rule(found["repeats, against the mean of all"])
    assert repeats["first 1 of 3"]["steps saved %"] > 50
    known = found["what is known early, against the mean of the other repeats"]
    assert all(row["spearman"] == pytest.approx(1, abs=0.001) for row in known)


def test_curves_that_tell_little_cost_the_order_and_widen_the_bound() -> None:
    tables = decisions.replayed(population(noise=0.3))
    rules = by_rule(tables["one training each, against the mean of its other repeats"])
    assert rules["none"]["spearman"] == pytest.approx(1)
    assert rules["hopeless 0.01"]["steps saved %"] < 10
    assert rules["halving 3 x 2"]["spearman"] < 0.8
    assert rules["halving 3 x 2"]["best quarter lost %"] > 20


def test_the_command_prints_its_tables_as_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(decisions, "train_population", lambda **_: population(0.1, size=20))
    assert main(["decisions", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["networks"] == 20
    assert {"date", "processor", "cores"} <= found["machine"].keys()
