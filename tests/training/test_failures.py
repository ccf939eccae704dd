"""A candidate that cannot be scored comes back with its reason, and a cancelled one stops at once."""

import time

import pytest
import torch

from search.evolution.config import Protocol
from search.evolution.evaluation import Cancelled, EvaluationFailed, Progress
from search.evolution.host import Host
from search.evolution.phenotype import Phenotype, build_phenotype
from search.training import pulse, trainer
from search.training.hosts import Network
from search.training.pulse import report_while
from search.training.trainer import train
from tests.training.cases import LIU, digits_protocol, ignore, small_cell


def failure_of(
    protocol: Protocol, phenotype: Phenotype | None = None, device: str = "cpu"
) -> EvaluationFailed:
    with pytest.raises(EvaluationFailed) as failure:
        train(phenotype or small_cell(), protocol, repeat=0, seed=1, progress=ignore, device=device)
    return failure.value


def test_a_loss_that_is_no_number_is_told() -> None:
    failure = failure_of(digits_protocol(steps=200, learning_rate=100, momentum=0.99, weight_decay=1))
    assert failure.code == "not_finite"
    assert "lower learning_rate (now 100)" in failure.message


def test_the_time_limit_ends_a_training() -> None:
    started = time.monotonic()
    failure = failure_of(digits_protocol(steps=1_000_000, time_limit_seconds=1))
    assert failure.code == "time_out"
    assert "time limit of 1 s" in failure.message
    assert time.monotonic() - started < 10


def test_more_memory_than_the_machine_has_is_told_before_it_is_tried() -> None:
    failure = failure_of(digits_protocol(batch_size=65_536, channels=1024), build_phenotype(LIU))
    assert failure.code == "out_of_memory"
    assert "batch_size (now 65536)" in failure.message


@pytest.mark.parametrize("error", [MemoryError(), torch.OutOfMemoryError("CUDA out of memory."), None])
def test_an_allocator_that_gives_up_is_out_of_memory(
    monkeypatch: pytest.MonkeyPatch, error: Exception | None
) -> None:
    def build(phenotype: Phenotype, host: Host, *, seed: int) -> Network:
        if error is not None:
            raise error
        torch.empty(2**50)  # the real allocator's own words
        raise AssertionError

    monkeypatch.setattr(trainer, "build_network", build)
    assert failure_of(digits_protocol()).code == "out_of_memory"


def test_an_error_of_ours_is_not_taken_for_a_lack_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(phenotype: Phenotype, host: Host, *, seed: int) -> Network:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(trainer, "build_network", build)
    with pytest.raises(RuntimeError, match="mat1"):
        train(small_cell(), digits_protocol(), repeat=0, seed=1, progress=ignore, device="cpu")


def test_unknown_and_missing_devices_are_named() -> None:
    assert "use auto, cpu, cuda" in failure_of(digits_protocol(), device="toaster").message
    if not torch.cuda.is_available():
        assert "no CUDA" in failure_of(digits_protocol(), device="cuda").message


def test_a_cancelled_training_stops_where_it_stands() -> None:
    seen: list[int] = []

    def progress(point: Progress) -> None:
        seen.append(point.step)
        if len(seen) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        train(small_cell(), digits_protocol(steps=10_000), repeat=0, seed=1, progress=progress, device="cpu")
    assert len(seen) == 3


def test_a_single_slow_step_reports_and_can_be_cancelled_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every beat reports here: forward, backward and scoring included."""
    monkeypatch.setattr(pulse, "INTERVAL_SECONDS", 0.0)
    seen: list[int] = []

    def progress(point: Progress) -> None:
        seen.append(point.step)
        if len(seen) == 10:  # a small host has 7 layers: this beat is inside the first backward pass
            raise Cancelled

    with pytest.raises(Cancelled):
        train(small_cell(), digits_protocol(), repeat=0, seed=1, progress=progress, device="cpu")
    assert set(seen[-4:]) == {1}


def test_a_slow_download_keeps_reporting_and_carries_its_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "INTERVAL_SECONDS", 0.01)
    reports: list[float] = []

    def slow() -> str:
        time.sleep(0.2)
        return "data"

    assert report_while(slow, lambda: reports.append(1)) == "data"
    assert len(reports) >= 3

    def broken() -> str:
        raise EvaluationFailed("dataset_unavailable", "no data")

    with pytest.raises(EvaluationFailed, match="no data"):
        report_while(broken, lambda: None)
