"""Device queue: shares one device's memory among processes, first come, first served, by locked files.

Each process keeps a file of its own beside the others', locked for as long as it lives: the kernel lets go of the
lock however the process ends, so a killed one's share is free at once. Who decides holds the folder's door meanwhile.

The rule is first come, first served. A training starts when nobody waits who came earlier, fewer than the maximum
train, and its memory is there. While one waits for room nobody later starts, so the device empties until even the
largest fits; and whoever is alone starts in any case, for waiting would bring nothing.
"""

import errno
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from search.evolution.evaluation import DeviceMemory

POLL_SECONDS = 0.25
ENTRY_BYTES = 200
DOOR_SECONDS = 20.0
"""What is decided behind the door takes milliseconds."""
FROZEN_SECONDS = 30.0
"""Who waits and has not asked for so long does not hold up the others."""


@dataclass(frozen=True)
class QueueEntry:
    """What one process says of itself. Sizes in bytes."""

    order: int
    """Ascending by when it came."""
    bytes: int
    trains: bool
    """It waits, else."""
    settled: bool = False
    """It has taken its memory: what is free on the device no longer counts it."""


class DeviceShare:
    """One process's entry for one device."""

    def __init__(self, folder: Path, *, bytes: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._bytes = folder, bytes
        with locked_door(folder):
            orders = [entry.order for _, entry in _living(folder)]
            self._entry = QueueEntry(order=max(orders, default=0) + 1, bytes=bytes, trains=False)
            self._path = folder / f"{self._entry.order}-{os.getpid()}-{time.monotonic_ns()}"
            # Closed when another program is started in this process's place, and by every end of it.
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX)
                self._write(self._entry)
            except (
                BaseException
            ):  # a full disk: a locked file without an entry must not stay as long as this process
                self.leave()
                raise

    def try_to_start(self, memory: Callable[[], DeviceMemory], most: int) -> bool:
        """Whether it may train now; at most `most` do at once. `memory` is asked only when it matters."""
        os.utime(self._descriptor)
        with locked_door(self._folder):
            others = [entry for path, entry in _living(self._folder) if path != self._path]
            if any(entry.order < self._entry.order and not entry.trains for entry in others):
                return False
            training = [entry for entry in others if entry.trains]
            if training and (len(training) >= most or self._bytes > room(memory(), training)):
                return False
            self._write(QueueEntry(self._entry.order, self._bytes, trains=True))
            return True

    def settle(self) -> None:
        """Its first steps are done, its memory is taken."""
        if not self._entry.settled:
            with suppress(
                OSError
            ):  # it then counts as coming, which is less room for others and nothing worse
                self._write(QueueEntry(self._entry.order, self._bytes, trains=True, settled=True))

    def leave(self) -> None:
        """Free the share; a second time does nothing."""
        if self._descriptor >= 0:
            with suppress(OSError):
                self._path.unlink()
            os.close(self._descriptor)
            self._descriptor = -1

    def _write(self, entry: QueueEntry) -> None:
        self._entry = entry
        content = (
            json.dumps(asdict(entry)).encode().ljust(ENTRY_BYTES)
        )  # one write of one length: never read in half
        if os.pwrite(self._descriptor, content, 0) < len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))


def room(memory: DeviceMemory, training: list[QueueEntry]) -> int:
    """Bytes that one more may take beside those: what is free less what is promised and not yet taken, and never more
    than what all promises leave of the device."""
    coming = sum(entry.bytes for entry in training if not entry.settled)
    return min(memory.free - coming, memory.total - sum(entry.bytes for entry in training))


@contextmanager
def share_of(
    folder: Path,
    *,
    bytes: int,
    most: int,
    memory: Callable[[], DeviceMemory],
    wanted: Callable[[], bool],
    poll_seconds: float = POLL_SECONDS,
) -> Iterator[DeviceShare | None]:
    """Wait for so many bytes and hold them; None when they are not `wanted` any more, asked while waiting."""
    share = DeviceShare(folder, bytes=bytes)
    try:
        while not share.try_to_start(memory, most):
            time.sleep(poll_seconds)
            if not wanted():
                yield None
                return
        yield share
    finally:
        share.leave()


def entries(folder: Path) -> list[QueueEntry]:
    """Who trains or waits there now, in the order they came."""
    if not folder.is_dir():
        return []
    with locked_door(folder):
        return sorted((entry for _, entry in _living(folder)), key=lambda entry: entry.order)


def _living(folder: Path) -> list[tuple[Path, QueueEntry]]:
    """The entries whose processes live; the others' files are removed. The door must be held."""
    found = []
    for path in folder.iterdir():
        if path.name == "door":
            continue
        try:
            descriptor = os.open(path, os.O_RDWR)
        except OSError:
            continue  # it leaves without the door, or it is no entry at all
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            entry = _read(descriptor)
            if entry is None:
                continue
            if entry.trains or time.time() - os.fstat(descriptor).st_mtime < FROZEN_SECONDS:
                found.append((path, entry))
        else:
            path.unlink(missing_ok=True)
        finally:
            os.close(descriptor)
    return found


def _read(descriptor: int) -> QueueEntry | None:
    """None for what nobody can read, such as what was written on a full disk: it holds nobody up."""
    try:
        document = json.loads(os.pread(descriptor, ENTRY_BYTES, 0))
        entry = QueueEntry(**document)
        numbers = type(entry.order) is int and type(entry.bytes) is int
    except (OSError, ValueError, TypeError):
        return None
    return entry if numbers else None


@contextmanager
def locked_door(folder: Path) -> Iterator[None]:
    """Raises TimeoutError when a process that holds it does not go on, stopped by a debugger say."""
    descriptor = os.open(folder / "door", os.O_RDWR | os.O_CREAT, 0o600)
    late = time.monotonic() + DOOR_SECONDS
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > late:
                    raise TimeoutError(
                        f"{folder / 'door'} is held for more than {DOOR_SECONDS:g} s"
                    ) from None
                time.sleep(0.005)
        yield
    finally:
        os.close(descriptor)
