"""Lock file: one server at a time in one var folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunning(Exception):
    """Another server holds the folder."""

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(
            f"nasweb already runs on {folder} ({holder or 'just starting'}). "
            "Stop it there with Ctrl-C, or give this one a folder of its own with NASWEB_VAR_DIR."
        )


class FolderLock:
    """Held; the kernel lets go of it when the process ends, however it ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def describe(self, holder: str) -> None:
        """Leave a line for the next one who finds the folder locked."""
        os.truncate(self._descriptor, 0)
        os.pwrite(self._descriptor, holder.encode(), 0)


@contextmanager
def folder_lock(folder: Path) -> Iterator[FolderLock]:
    """Hold the folder, or raise AlreadyRunning. Children do not inherit the lock."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(folder, os.pread(descriptor, 200, 0).decode(errors="replace")) from None
        lock = FolderLock(descriptor)
        lock.describe(f"process {os.getpid()}")
        yield lock
    finally:
        os.close(descriptor)
