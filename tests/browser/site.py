"""The pages alone, in front of prepared rows: the real web server on a private database, without broker or worker."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from nasweb.embedded.broker import free_port
from tests.processes import ROOT, Running, eventually

PREPARE = "import django; django.setup(); from tests.browser import stage; stage.main()"
SETTINGS = ("NASWEB_", "DATABASE_URL", "REDIS_URL")


@dataclass(frozen=True)
class Site:
    address: str
    """Without a slash at its end."""
    names: Mapping[str, object]
    """What the prepared states are called in addresses."""

    def at(self, path: str) -> str:
        """The full address of a path in which names stand in braces."""
        return self.address + path.format_map(self.names)


def private(folder: Path, **settings: str) -> list[str]:
    """What a command begins with that writes into this folder alone and hears nothing of the settings around it."""
    unset = [part for name in os.environ if name.startswith(SETTINGS) for part in ("-u", name)]
    own = {
        "DJANGO_SETTINGS_MODULE": "nasweb.settings",
        "NASWEB_VAR_DIR": str(folder),
        "NASWEB_LOG_LEVEL": "WARNING",
        **settings,
    }
    return ["env", *unset, *(f"{name}={value}" for name, value in own.items()), sys.executable]


@contextmanager
def serving_prepared(folder: Path, *, empty: bool = False) -> Iterator[Site]:
    # There is nobody to send messages to, and what a prepared state shows in training has no worker.
    python = private(folder, REDIS_URL="memory://", NASWEB_LEASE_SECONDS="3600")
    prepare = [*python, "-c", PREPARE, *(["--empty"] if empty else [])]
    prepared = subprocess.run(prepare, cwd=ROOT, capture_output=True, text=True, check=False)
    assert prepared.returncode == 0, prepared.stderr
    site = Site(f"http://127.0.0.1:{free_port()}", json.loads(prepared.stdout))
    with serving(site, python, folder):
        yield site


@contextmanager
def serving(site: Site, python: list[str], folder: Path) -> Iterator[None]:
    """The web server at the site's address."""
    options = ["--bind", site.address.removeprefix("http://"), "--worker-class", "gthread", "--threads", "8"]
    command = [*python, "-m", "gunicorn", *options, "--no-control-socket", "nasweb.wsgi:application"]
    with Running(command, folder / "web.log") as server:
        eventually(lambda: server.said("") and _answers(site), "the pages answer")
        yield


def _answers(site: Site) -> bool:
    try:
        with urlopen(f"{site.address}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
