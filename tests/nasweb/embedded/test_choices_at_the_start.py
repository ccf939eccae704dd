"""What the command decides by itself: the port, the number of trainings, the environment of the worker."""

import os
import socket
from pathlib import Path

import pytest

from nasweb.embedded import worker
from nasweb.embedded.web import PortTaken, listen
from search.worker import process_environment


def test_a_port_that_was_asked_for_and_is_taken_is_refused_with_a_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} is in use.*make run PORT="):
            listen(port)


def test_without_a_wish_the_next_free_port_is_taken() -> None:
    with listen(None) as first, listen(None) as second:
        assert 8000 <= first.getsockname()[1] < second.getsockname()[1]


def test_the_page_is_served_to_this_machine_alone() -> None:
    with listen(None) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


@pytest.mark.parametrize(
    "cores, gibibytes, processes", [(2, 16, 2), (1, 16, 1), (8, 8, 2), (64, 512, 8), (4, 2, 1)]
)
def test_on_a_cpu_there_is_a_training_for_each_core_that_the_memory_bears(
    monkeypatch: pytest.MonkeyPatch, cores: int, gibibytes: int, processes: int
) -> None:
    monkeypatch.setattr(worker, "available_cores", lambda: cores)
    monkeypatch.setattr(worker, "memory_bytes", lambda: gibibytes * 2**30)
    assert worker.default_processes("cpu", 4) == processes


@pytest.mark.parametrize("device", ["cuda", "cuda:1"])
@pytest.mark.parametrize(
    "cores, gibibytes, most, processes", [(16, 64, 4, 4), (2, 64, 4, 2), (16, 8, 4, 2), (16, 64, 1, 1)]
)
def test_a_gpu_has_as_many_processes_as_may_train_on_it(
    monkeypatch: pytest.MonkeyPatch, device: str, cores: int, gibibytes: int, most: int, processes: int
) -> None:
    monkeypatch.setattr(worker, "available_cores", lambda: cores)
    monkeypatch.setattr(worker, "memory_bytes", lambda: gibibytes * 2**30)
    assert worker.default_processes(device, most) == processes


def test_a_gpu_counts_only_with_a_build_of_pytorch_that_can_use_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process_environment, "DEVICE_FILES", tmp_path)
    monkeypatch.setattr(process_environment, "version", lambda package: "2.13.0+cu130")
    (tmp_path / "nvidiactl").touch()
    assert not process_environment.has_gpu(), "a driver without a GPU"
    (tmp_path / "nvidia0").touch()
    assert process_environment.has_gpu()
    monkeypatch.setattr(process_environment, "version", lambda package: "2.13.0+cpu")
    assert not process_environment.has_gpu()


def test_trainings_keep_their_memory_but_not_all_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_environment, "memory_bytes", lambda: 16 * 2**30)
    environment = worker.training_command("training@embedded", 2).environment
    assert environment["MALLOC_MMAP_MAX_"] == "0"
    assert int(environment["MALLOC_TRIM_THRESHOLD_"]) == 2 * 2**30


def test_only_a_worker_with_a_database_of_its_own_keeps_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shared name would let one machine's start take the running work of another one away."""
    monkeypatch.setattr(os, "getpid", lambda: 1)
    first = worker.worker_name(alone=True), worker.worker_name(alone=False)
    monkeypatch.setattr(os, "getpid", lambda: 2)
    second = worker.worker_name(alone=True), worker.worker_name(alone=False)
    assert first[0] == second[0]
    assert first[1] != second[1]
