"""The whole system as a person starts it: `manage.py serve` with its broker, pages and workers, on a private folder."""

import json
import re
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from nasweb.embedded.web import FirstPage
from tests.browser.site import private
from tests.processes import Running, eventually, share_kernels


class System(Running):
    """Its address is known once it has said so."""

    @property
    def address(self) -> str:
        found = re.search(r"runs at (http://\S+)", self.log)
        assert found is not None, self.log
        return found[1].rstrip("/")

    def api(self, path: str, body: object = None) -> Any:
        """What the REST API answers to GET, or with a body to POST."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.address}/api/v1/{path}", data, {"Content-Type": "application/json"})
        with urlopen(request, timeout=60) as answer:
            return json.load(answer)


@contextmanager
def running_system(folder: Path, *, workers: int = 2) -> Iterator[System]:
    """Without the ready-made search. Ends as with Ctrl-C; its children end with it."""
    share_kernels(folder / "var")
    command = [*private(folder / "var"), "manage.py", "serve", "--empty", "--workers", str(workers)]
    with System(command, folder / "serve.log", stop_with=signal.SIGINT) as system:
        eventually(lambda: system.said("runs at http"), "the system has started", seconds=120)
        with closing(FirstPage(system.address)) as page:
            assert page.status(60) == 200, system.log
        yield system
