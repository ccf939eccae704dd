"""Supervisor: restarts children until a signal says stop."""

import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from nasweb.embedded.child import Child, Command
from nasweb.embedded.problems import LogReader

LONGEST_PAUSE = 30.0
SETTLED_SECONDS = 60.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Say = Callable[[str], None]


class Supervisor:
    """Children in the order of their start; they are stopped in the opposite order, each before the next."""

    def __init__(self, log_folder: Path, say: Say) -> None:
        self.log_folder = log_folder
        self._say = say
        self._watched: list[SupervisedChild] = []
        self._signals = 0

    def catch_signals(self) -> None:
        """From here on a signal is a wish that `stopping` tells; a second one is impatience.

        One that was ignored stays so, for children too: whoever writes `nohup make run &` asks for just that.
        """
        for number in STOP_SIGNALS:
            if signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._signals += 1

    @property
    def stopping(self) -> bool:
        return self._signals > 0

    def start(self, command: Command) -> None:
        if self.stopping:
            return
        self.log_folder.mkdir(parents=True, exist_ok=True)
        child = Child(command, self.log_folder)
        self._watched.append(SupervisedChild(child, self._say))
        child.start()

    def watch(self) -> None:
        """Tell of new problems, and start again whoever died and has waited long enough."""
        now = time.monotonic()
        for watched in self._watched:
            watched.look(now)

    def sleep(self, seconds: float) -> None:
        """Shorter when a signal comes."""
        deadline = time.monotonic() + seconds
        while not self.stopping and time.monotonic() < deadline:
            time.sleep(0.05)

    def stop(self) -> None:
        asked = self._signals
        for watched in reversed(self._watched):
            child = watched.child
            child.ask_to_stop()
            deadline = time.monotonic() + child.command.stop_seconds
            while child.running and time.monotonic() < deadline and self._signals == asked:
                time.sleep(0.05)
            child.end()


class SupervisedChild:
    """A child with its history of failures."""

    def __init__(self, child: Child, say: Say) -> None:
        self.child = child
        self._say = say
        self._failures = 0
        self._restart_at: float | None = None
        self._problems = LogReader(child.log)

    def look(self, now: float) -> None:
        name = self.child.command.name
        for line in self._problems.new_problems():
            self._say(f"{name}: {line}")
        self.child.keep_log_small()
        if self.child.running:
            if self._failures and now - self.child.started_at > SETTLED_SECONDS:
                self._failures = 0
        elif self._restart_at is None:
            pause = min(LONGEST_PAUSE, 0.5 * 2**self._failures)
            self._failures += 1
            self._restart_at = now + pause
            self._say(
                f"{name}: {self.child.ending}; starting it again in {pause:g} s. Its log: {self.child.log}"
            )
        elif now >= self._restart_at:
            self._restart_at = None
            self.child.start()
