"""`tests.benchmarks proof` with trainers whose answers are known."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from search.evolution.evaluation import Evaluated, Job
from search.evolution.experiments.presets import preset
from tests.benchmarks import command, proof


def trainer(asked: list[str], *, noise: float, climbs: bool = True) -> Any:
    """Larger networks are better, so that there is something to climb; or nothing differs."""

    def train(job: Job, **_: Any) -> Evaluated:
        asked.append(f"{job.phenotype.key} {job.repeat}")
        size = len(job.phenotype.operations) if climbs else 0
        quality = 0.5 + 0.4 * size / (size + 100)
        return Evaluated(random.Random(f"noise {job.seed}").gauss(quality, noise), (), 1.0, "made up")

    return train


def measured(train: Any, *, path: Path | None = None, seeds: int = 4) -> dict[str, Any]:
    config = preset("quick").config
    few = config.budget.model_copy(update={"individuals": 60})
    near = config.strategy.model_copy(
        update={"initial_mutations": 20}
    )  # to the trivial network: much to climb
    small = config.model_copy(update={"budget": few, "strategy": near})
    return proof.measure(small, seeds=seeds, repeats=2, trainer=train, path=path, say=lambda _: None)


def test_a_search_with_something_to_climb_rises() -> None:
    found = measured(trainer([], noise=0.001))
    assert found["rose in"] == "4 of 4 seeds", found
    assert found["rise"]["points"] > 1


def test_where_only_luck_differs_no_lead_is_found_and_the_luck_is_named() -> None:
    found = measured(trainer([], noise=0.02, climbs=False))
    assert found["lead over random search"]["p"] > 0.05
    assert found["lost when trained afresh"] > 1  # the best of means of four


def test_a_run_goes_on_where_an_earlier_one_ended(tmp_path: Path) -> None:
    first: list[str] = []
    again: list[str] = []
    path = tmp_path / "trainings.jsonl"
    found = measured(trainer(first, noise=0.01), path=path, seeds=2)
    assert measured(trainer(again, noise=0.01), path=path, seeds=2) == found
    assert first
    assert len(first) == len(set(first)), "nothing is trained twice"
    assert again == []


def test_the_command_prints_every_seed_of_a_preset_that_is_changed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(proof, "load_trainer", lambda: trainer(asked, noise=0.01))
    changes = ["--set", "budget.individuals=30", "--set", "strategy.initial_population=4"]
    assert command.main(["proof", "--seeds", "2", "--repeats", "1", "--json", *changes]) == 0
    found = json.loads(capsys.readouterr().out)["seeds"]
    assert [row["seed"] for row in found] == [1, 2]
    assert all(30 <= row["trainings"] < 90 for row in found)
