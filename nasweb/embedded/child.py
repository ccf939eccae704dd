"""Child process with a log file, which can be stopped and does not outlive its parent."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
KEEP_LOG_BYTES = 5_000_000


@dataclass(frozen=True)
class Command:
    """What to run, and how it ends."""

    name: str
    """One word: prefixes its problems on the terminal and names its log."""
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    """On top of the parent's."""
    sockets: Sequence[int] = ()
    """Descriptors that the child inherits."""
    niceness: int = 0
    orphan_signal: signal.Signals = signal.SIGTERM
    """What the kernel sends it when its parent dies (Linux)."""
    stop_seconds: float = 10.0
    """How long it may take to end after SIGTERM."""


class Child:
    """One run of a command after another, in a process group of its own: Ctrl-C reaches only the parent."""

    def __init__(self, command: Command, log_folder: Path) -> None:
        self.command = command
        self.log = log_folder / f"{command.name}.log"
        self.started_at = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    def keep_log_small(self) -> None:
        """Set a long log aside, and the one before away. The child goes on writing to the same file, at its new
        beginning; a line that it writes just now may be lost."""
        if self.log.exists() and self.log.stat().st_size > KEEP_LOG_BYTES:
            shutil.copyfile(self.log, self.log.with_suffix(".log.1"))
            os.truncate(self.log, 0)

    def start(self) -> None:
        self.keep_log_small()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command.arguments,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.command.environment},
                pass_fds=tuple(self.command.sockets),
                start_new_session=True,
                # safe here: the parent has one thread
                preexec_fn=_in_the_child(self.command),
            )
        self.started_at = time.monotonic()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def ending(self) -> str:
        """How the last run ended, in words."""
        code = self._process.returncode if self._process else None
        if code is None:
            return "is running"
        return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"

    def ask_to_stop(self) -> None:
        if self._process and self.running:
            self._process.terminate()

    def end(self) -> None:
        """End it and whatever it started, now."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):  # the whole group is gone already
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def _in_the_child(command: Command) -> Callable[[], None]:
    parent = os.getpid()
    prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None

    def prepare() -> None:
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, int(command.orphan_signal), 0, 0, 0)
            if os.getppid() != parent:  # the parent died before the line above
                os._exit(1)
        if command.niceness:
            os.nice(command.niceness)

    return prepare
