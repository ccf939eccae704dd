"""Progress bar on a terminal; elsewhere a line now and then."""

import time
from typing import Protocol

WIDTH = 24
QUIET_SECONDS = 10.0
"""Between two lines where nobody watches."""
REDRAW_SECONDS = 0.1


class Terminal(Protocol):
    def write(self, text: str, /) -> object: ...
    def flush(self) -> object: ...
    def isatty(self) -> bool: ...


class ProgressBar:
    """`[#######-----------------] 24/80  best 91.08 %  training step 25: 40 %  about 3 min left`."""

    def __init__(self, terminal: Terminal, total: int, done: int = 0) -> None:
        self._terminal = terminal
        self._total = total
        self._start = time.monotonic()
        self._done_before = done
        self._last = float("-inf")

    def show(self, done: int, *, best: float | None, training: str = "", force: bool = False) -> None:
        now = time.monotonic()
        live = self._terminal.isatty()
        if not force and now - self._last < (REDRAW_SECONDS if live else QUIET_SECONDS):
            return
        self._last = now
        line = self._line(done, best, training, now)
        self._terminal.write(f"\r\x1b[K{line}" if live else f"{line}\n")
        self._terminal.flush()

    def close(self) -> None:
        if self._terminal.isatty():
            self._terminal.write("\n")
            self._terminal.flush()

    def _line(self, done: int, best: float | None, training: str, now: float) -> str:
        filled = WIDTH * done // max(1, self._total)
        parts = [f"[{'#' * filled}{'-' * (WIDTH - filled)}] {done}/{self._total}"]
        if best is not None:
            parts.append(f"best {100 * best:.2f} %")
        if training:
            parts.append(training)
        made = done - self._done_before
        if made >= 5 and done < self._total:
            parts.append(f"about {_duration((now - self._start) / made * (self._total - done))} left")
        return "  ".join(parts)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
