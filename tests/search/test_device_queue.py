"""Processes that share a device: real ones, which contend for the memory of a small pretended device."""

import errno
import fcntl
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from search.evolution.evaluation import DeviceMemory
from search.worker import device_queue
from search.worker.device_queue import DeviceShare, QueueEntry, entries, room, share_of
from tests.processes import eventually

PROJECT = Path(__file__).parents[2]
TOTAL = 100


class Holder:
    """One process that wants so many bytes of the device."""

    def __init__(self, folder: Path, size: int, most: int, settles: str) -> None:
        command = [sys.executable, "-m", "tests.device_sharer", str(folder), str(size), str(TOTAL), str(most)]
        self._said = folder / f"said-{time.monotonic_ns()}"
        with self._said.open("w") as output:
            self.process = subprocess.Popen(
                [*command, *([settles] if settles else [])], cwd=PROJECT, stdin=subprocess.PIPE, stdout=output
            )

    @property
    def said(self) -> str:
        return self._said.read_text()

    @property
    def trains(self) -> bool:
        return "trains" in self.said

    def end(self) -> None:
        """In good order."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(10) == 0

    def kill(self) -> None:
        self.process.kill()
        assert self.process.wait(10) == -signal.SIGKILL


Start = Callable[..., Holder]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a holder, and waits until it is in the row."""
    started: list[Holder] = []

    def begin(size: int, most: int = 10, settles: str = "") -> Holder:
        before = len(entries(tmp_path / "shares"))
        started.append(Holder(tmp_path, size, most, settles))
        eventually(lambda: len(entries(tmp_path / "shares")) > before, "a holder comes")
        return started[-1]

    yield begin
    for holder in started:
        holder.process.kill()
        holder.process.wait()


def stays_waiting(holder: Holder) -> bool:
    time.sleep(0.3)  # a dozen of its looks
    return not holder.trains


def test_as_many_train_at_once_as_there_is_memory_for(start: Start) -> None:
    first, second = start(40), start(40)
    eventually(lambda: first.trains and second.trains, "both fit")
    third = start(40)
    assert stays_waiting(third)
    first.end()
    eventually(lambda: third.trains, "room for the third")


def test_a_killed_process_leaves_its_room_to_the_next(start: Start, tmp_path: Path) -> None:
    first, second = start(90), start(90)
    eventually(lambda: first.trains, "the first fits")
    assert stays_waiting(second)
    first.kill()
    eventually(lambda: second.trains, "the killed one's share is free")
    assert [entry.bytes for entry in entries(tmp_path / "shares")] == [90]


def test_a_large_one_is_not_passed_by_small_ones_for_ever(start: Start) -> None:
    small, large = start(30), start(80)
    eventually(lambda: small.trains, "the small one trains")
    later = start(10)
    assert stays_waiting(large)
    assert stays_waiting(later)  # it would fit beside the small one, and came after the large one
    small.end()
    eventually(lambda: large.trains, "the device is empty for the large one")
    eventually(lambda: later.trains, "and the later one fits beside it")


def test_a_killed_waiting_process_holds_nobody_up(start: Start) -> None:
    first, large, later = start(60), start(80), start(30)
    eventually(lambda: first.trains, "the first trains")
    assert stays_waiting(later)
    large.kill()
    eventually(lambda: later.trains, "nobody is before it")


def test_no_more_than_the_maximum_train_however_small(start: Start) -> None:
    first, second = start(1, most=2), start(1, most=2)
    eventually(lambda: first.trains and second.trains, "two may")
    third = start(1, most=2)
    assert stays_waiting(third)
    second.end()
    eventually(lambda: third.trains, "one has gone")


def test_what_is_larger_than_the_device_starts_alone(start: Start) -> None:
    first = start(20)
    eventually(lambda: first.trains, "it trains")
    huge = start(500)
    assert stays_waiting(huge)
    first.end()
    eventually(lambda: huge.trains, "waiting longer would bring it nothing")


def test_memory_that_others_than_ours_hold_is_no_room(start: Start) -> None:
    first = start(20, settles="75")  # it took more than it said, or another program runs beside it
    eventually(lambda: first.trains, "it trains")
    second = start(30)
    assert stays_waiting(second)
    third = start(20)
    second.kill()
    eventually(lambda: third.trains, "25 are free")


def test_memory_that_is_promised_and_not_yet_taken_is_no_room() -> None:
    coming = QueueEntry(order=1, bytes=60, trains=True)
    taken = QueueEntry(order=2, bytes=30, trains=True, settled=True)
    assert room(DeviceMemory(free=70, total=100), [coming, taken]) == 10
    assert room(DeviceMemory(free=95, total=100), [taken]) == 70  # it may yet come back to its peak
    assert room(DeviceMemory(free=50, total=100), [taken]) == 50


def test_a_frozen_waiting_process_is_passed_over(
    start: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first, frozen = start(60), start(80)
    eventually(lambda: first.trains, "the first trains")
    frozen.process.send_signal(signal.SIGSTOP)
    monkeypatch.setattr(device_queue, "FROZEN_SECONDS", 0.2)
    time.sleep(0.3)
    mine = DeviceShare(tmp_path / "shares", bytes=30)
    try:
        assert mine.try_to_start(lambda: DeviceMemory(free=100, total=100), most=10)
    finally:
        mine.leave()
        frozen.process.send_signal(signal.SIGCONT)


def test_who_is_not_wanted_any_more_leaves(tmp_path: Path) -> None:
    holder = DeviceShare(tmp_path, bytes=90)
    assert holder.try_to_start(lambda: DeviceMemory(free=TOTAL, total=TOTAL), most=10)
    with share_of(
        tmp_path,
        bytes=90,
        most=10,
        memory=lambda: DeviceMemory(free=10, total=TOTAL),
        wanted=lambda: False,
        poll_seconds=0.001,
    ) as share:
        assert share is None
    assert len(entries(tmp_path)) == 1
    holder.leave()
    assert entries(tmp_path) == []


def test_a_door_that_stays_shut_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_queue, "DOOR_SECONDS", 0.05)
    with device_queue.locked_door(tmp_path), pytest.raises(TimeoutError, match="held"):
        DeviceShare(tmp_path, bytes=1)


def test_what_a_full_disk_left_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty file, locked by a process that lives, was a JSONDecodeError before every claim of the machine."""

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.pwrite", full)
        with pytest.raises(OSError, match="No space"):
            DeviceShare(tmp_path, bytes=1)
    assert [path.name for path in tmp_path.iterdir()] == ["door"]
    for name, content in (
        ("1-1-1", ""),
        ("2-1-1", "{"),
        ("3-1-1", "[]"),
        ("4-1-1", '{"order": "x", "bytes": 1}'),
    ):
        stray = (tmp_path / name).open("w")
        fcntl.flock(stray, fcntl.LOCK_EX)
        stray.write(content)
        stray.flush()
    (tmp_path / "a folder").mkdir()
    mine = DeviceShare(tmp_path, bytes=30)
    assert mine.try_to_start(lambda: DeviceMemory(free=100, total=100), most=10)
    assert [entry.bytes for entry in entries(tmp_path)] == [30]
    mine.leave()
