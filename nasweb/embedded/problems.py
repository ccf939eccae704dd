"""Log watcher: finds lines in a growing log that report a problem."""

import re
from collections.abc import Iterator
from pathlib import Path

# gunicorn writes [ERROR], Celery ERROR/MainProcess, Django ERROR; the broker marks its warnings with a #.
PROBLEM = re.compile(r"\b(ERROR|CRITICAL)\b|^\d+:[A-Z] .* # .*([Ff]atal|FATAL|[Ee]rror)")
LONGEST_LINE = 200
MOST_LINES = 5


class LogReader:
    """Remembers how far it has read; starts at the end of what an earlier run wrote."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._position = path.stat().st_size if path.exists() else 0

    def new_problems(self) -> Iterator[str]:
        size = self._path.stat().st_size if self._path.exists() else 0
        if size < self._position:  # the log was set aside for a new one
            self._position = 0
        if size == self._position:
            return
        with self._path.open("rb") as log:
            log.seek(self._position)
            text = log.read(size - self._position)
        self._position = size
        problems = [line for line in text.decode(errors="replace").splitlines() if PROBLEM.search(line)]
        for line in problems[:MOST_LINES]:
            yield line[:LONGEST_LINE]
        if len(problems) > MOST_LINES:
            yield f"and {len(problems) - MOST_LINES} more like it in {self._path}"
