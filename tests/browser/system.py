"""The whole system as a person starts it: `manage.py serve` with its broker, pages and workers, on a private folder."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nasweb.embedded.web import page_status
from tests.browser.site import private
from tests.processes import Running, eventually


class System(Running):
    """Its address is known once it has said so."""

    @property
    def address(self) -> str:
        found = re.search(r"runs at (http://\S+)", self.log)
        assert found is not None, self.log
        return found[1].rstrip("/")


@contextmanager
def running_system(folder: Path, *, workers: int = 2) -> Iterator[System]:
    """Without the ready-made search. Ends as with Ctrl-C; its children end with it."""
    command = [*private(folder / "var"), "manage.py", "serve", "--empty", "--workers", str(workers)]
    with System(command, folder / "serve.log", stop_with=signal.SIGINT) as system:
        eventually(lambda: system.said("runs at http"), "the system has started", seconds=120)
        assert page_status(system.address) == 200, system.log
        yield system
