"""`manage.py benchmark device` trains real networks in processes of their own; here small ones."""

import json
from typing import Any

import pytest
from django.core.management import call_command

from search.benchmarks import device
from search.evolution.config import Protocol
from search.evolution.presets import PAPER_PROTOCOL
from search.training.run import SCORED_POINTS

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
    call_command("benchmark", "device", "--json", "--device=cpu", "--seconds=0.2", "--most=2")
    report = json.loads(capsys.readouterr().out)
    alone, both = report["device"]
    assert (alone["on"], alone["at once"], both["at once"]) == ("cpu", 1, 2)
    assert alone["recorded"] == "no"  # that is for GPUs
    assert alone["s a candidate"] > 2 * 50 * alone["ms a step"] / 1000  # the scorings come on top
    assert alone["candidates an hour"] == pytest.approx(3600 / alone["s a candidate"])
    assert "2 x 50 steps of batch 8" in report["one candidate"]


def test_a_candidate_is_all_its_trainings_with_four_scorings_each_of_all_validation_images() -> None:
    protocol = Protocol.model_validate(PAPER_PROTOCOL)
    answer = {"steps": 100.0, "seconds": 0.2, "scoring": 0.05}
    assert len(SCORED_POINTS) == device.SCORINGS
    assert device._candidate_seconds(answer, protocol, 1000) == pytest.approx(4 * (5000 * 0.002 + 4 * 0.5))


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

    monkeypatch.setattr(device, "_together", together)
    report = device.measure(device="cpu", seconds=1, most=most, say=lambda text: None)
    assert [row["at once"] for row in report["device"]] == tried
