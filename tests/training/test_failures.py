"""A candidate that cannot be scored comes back with its reason, and a cancelled one stops at once."""

import threading
import time
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from search.evolution.evaluation import Cancelled, EvaluationFailed, Progress, Runtime
from search.evolution.experiments.config import Protocol
from search.evolution.networks.host import Host
from search.evolution.networks.phenotype import Phenotype, build_phenotype
from search.training import trainer
from search.training.loop import progress as pulse
from search.training.loop.progress import Pulse, report_while
from search.training.native import library
from search.training.network.hosts import Network
from tests.training.cases import LIU, digits_protocol, ignore, small_cell
from tests.training.runs import trained


def failure_of(
    protocol: Protocol, phenotype: Phenotype | None = None, device: str = "cpu"
) -> EvaluationFailed:
    with pytest.raises(EvaluationFailed) as failure:
        trained(phenotype or small_cell(), protocol, runtime=Runtime(device))
    return failure.value


def test_a_loss_that_is_no_number_is_told() -> None:
    failure = failure_of(digits_protocol(steps=200, learning_rate=100, momentum=0.99, weight_decay=1))
    assert failure.code == "not_finite"
    assert "lower learning_rate (now 100)" in failure.message


def test_the_time_limit_ends_a_training() -> None:
    failure = failure_of(digits_protocol(steps=1_000_000, time_limit_seconds=1))
    assert failure.code == "time_out"
    assert "time limit of 1 s" in failure.message


def test_a_machine_that_is_busy_or_asleep_fails_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the clock on the wall ten hours go by, of the processor's time nearly nothing."""
    hours = count(0, 36_000.0)
    monkeypatch.setattr(pulse, "time", SimpleNamespace(monotonic=lambda: next(hours)))
    result = trained(small_cell(), digits_protocol(steps=2, time_limit_seconds=60))
    assert result.seconds > 36_000


def test_with_several_threads_or_on_a_gpu_the_wall_s_clock_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert trainer.limit_clock(torch.device("cpu")) is time.process_time
    assert trainer.limit_clock(torch.device("cuda")) is time.monotonic
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    assert trainer.limit_clock(torch.device("cpu")) is time.monotonic


def test_what_counted_before_an_interruption_counts_after_it() -> None:
    now = [5.0]
    beats = pulse.Pulse(ignore, 10, 60.0, clock=lambda: now[0], wall=lambda: now[0])
    beats.resume(3, 1000.0, 50.0)
    now[0] += 9
    beats.beat()
    now[0] += 2
    with pytest.raises(EvaluationFailed, match="time limit of 60 s"):
        beats.beat()


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
        trained(small_cell(), digits_protocol())


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
        trained(small_cell(), digits_protocol(steps=10_000), progress=progress)
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
        trained(small_cell(), digits_protocol(), progress=progress)
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


def test_compiling_the_kernels_is_no_training_time_and_gives_signs_of_life(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a new machine the first candidate would pay for it, and fail by it for everybody."""
    alive: list[float] = []
    asked: list[int] = []
    done = threading.Event()
    usual = library.library

    def slow(dtype: torch.dtype, channels: int) -> Any:
        asked.append(channels)
        assert done.wait(30)
        return usual(dtype, channels)

    def told(point: Progress) -> None:
        alive.append(point.seconds)
        done.set()

    monkeypatch.setattr(library, "library", slow)
    host = digits_protocol(steps=1).shape_host
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    trainer.prepare_kernels(host, torch.device("cpu"), Runtime(), lambda: told(Progress(0, 1, 0.0)))
    assert asked == [host.channels, 2 * host.channels, 4 * host.channels]
    assert alive
    assert set(alive) == {0.0}


def test_what_is_left_out_counts_neither_as_time_nor_towards_the_limit() -> None:
    now = [0.0]
    pulse = Pulse(ignore, 10, 5.0, clock=lambda: now[0], wall=lambda: now[0])
    with pulse.left_out():
        now[0] = 100.0
    assert pulse.counted == 0.0
    pulse.beat()  # and nothing is over
    now[0] = 106.0
    with pytest.raises(EvaluationFailed, match="after the time limit of 5 s"):
        pulse.beat()
