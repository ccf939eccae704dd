"""`python -m tests.benchmarks device` trains real networks in processes of their own; here small ones."""

import json
from typing import Any

import pytest

from search.evolution.experiments.config import Protocol
from search.evolution.experiments.presets import PAPER_PROTOCOL
from search.training.loop.run import SCORED_POINTS
from tests.benchmarks import device, everything
from tests.benchmarks.command import main

SMALL = {
    "dataset": "digits",
    "channels": 4,
    "steps": 50,
    "batch_size": 8,
    "train_images": 60,
    "validation_images": 40,
    "repeats": 2,
}


def test_what_candidates_take_here_alone_and_beside_each_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(device, "PAPER_PROTOCOL", SMALL)
    monkeypatch.setattr(device, "GENOTYPES", 1)
    monkeypatch.setattr(device, "GAIN", 0.0)
    main(["device", "--json", "--device=cpu", "--seconds=0.2", "--most=2"])
    report = json.loads(capsys.readouterr().out)
    alone, both = report["device"]
    assert (alone["on"], alone["at once"], both["at once"]) == ("cpu", 1, 2)
    assert alone["recorded"] == "no"  # that is for GPUs
    assert alone["s a candidate"] > 2 * 50 * alone["ms a step"] / 1000  # the scorings come on top
    assert alone["candidates an hour"] == pytest.approx(3600 / alone["s a candidate"])
    assert "2 x 50 steps of batch 8" in report["one candidate"]


@pytest.mark.slow
def test_everything_is_rehearsed_on_a_cpu_and_says_what_it_could_not_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in (device, everything):
        monkeypatch.setattr(module, "PAPER_PROTOCOL", SMALL)
        monkeypatch.setattr(module, "GENOTYPES", 1)
    for limit in ("LIMIT_SECONDS", "PART_SECONDS"):  # of a GPU's machine that has nothing else to do
        monkeypatch.setattr(everything, limit, 3600.0)
    monkeypatch.setattr(everything, "RANKS", (0.5,))
    monkeypatch.setattr(everything, "WHOLE", SMALL | {"repeats": 1})
    shared = everything.SHARED | {"protocol": SMALL | {"repeats": 1, "steps": 4}, "candidates": 1}
    monkeypatch.setattr(everything, "SHARED", shared)
    main(["device", "--everything", "--json", "--device=cpu", "--seconds=0.2", "--most=1"])
    report = json.loads(capsys.readouterr().out)
    found = {row["part"]: row["found"] for row in report["everything"]}
    assert [part for part, text in found.items() if "failed" in text] == []
    assert found["recorded step against plain"] == "not done: steps are recorded on CUDA alone"
    assert "rehearsal: the CPU against itself" in found["float32 against the CPU"]
    assert "largest apart: 0" in found["float32 against the CPU"]
    assert "equal: True" in found["killed and resumed"]
    assert [row["at once"] for row in report["device"]] == [1]
    assert report["claim"] == "these figures are of cpu on this machine, and of nothing else"


def test_a_candidate_is_all_its_trainings_with_four_scorings_each_of_all_validation_images() -> None:
    protocol = Protocol.model_validate(PAPER_PROTOCOL)
    answer = {"steps": 100.0, "seconds": 0.2, "scoring": 0.05}
    assert len(SCORED_POINTS) == device.SCORINGS
    assert device.candidate_seconds(answer, protocol, 1000) == pytest.approx(4 * (5000 * 0.002 + 4 * 0.5))


@pytest.mark.parametrize(
    "hourly, room, most, tried",
    [
        ([60, 100, 140, 150], 9, 8, [1, 2, 4, 8]),
        ([60, 61], 9, 8, [1, 2]),  # nothing is gained by a second one
        ([60, 100], 3, 8, [1, 2]),  # there is no room for four
        ([60, 100], 9, 2, [1, 2]),
    ],
)
def test_more_are_started_while_there_is_room_and_they_gain_by_it(
    hourly: list[float], room: float, most: int, tried: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = iter(hourly)

    def together(at_once: int, *_: Any) -> tuple[dict[str, Any], float]:
        return {"at once": at_once, "candidates an hour": next(figures), "s a candidate": 60.0}, room

    monkeypatch.setattr(device, "trained_together", together)
    report = device.measure(device="cpu", seconds=1, most=most, say=lambda text: None)
    assert [row["at once"] for row in report["device"]] == tried
