"""The pages alone, in front of prepared rows: the real web server on a private database, without broker or worker."""

import fcntl
import json
import os
import shutil
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
def serving_prepared(folder: Path, *, empty: bool = False, common: Path | None = None) -> Iterator[Site]:
    """`common`: a folder that several processes know; the first of them prepares the rows there, for all."""
    if common is None:
        names = prepare(folder, empty=empty)
    else:
        names = prepared_once(common / ("empty-site" if empty else "site"), empty=empty)
        shutil.copytree(common / ("empty-site" if empty else "site"), folder, dirs_exist_ok=True)
    site = Site(f"http://127.0.0.1:{free_port()}", names)
    with serving(site, on_prepared(folder), folder):
        yield site


def on_prepared(folder: Path) -> list[str]:
    """There is nobody to send messages to, and what a prepared state shows in training has no worker."""
    return private(folder, REDIS_URL="memory://", NASWEB_LEASE_SECONDS="3600")


def prepare(folder: Path, *, empty: bool) -> dict[str, object]:
    """Fill the folder's database; what the prepared states are called."""
    command = [*on_prepared(folder), "-c", PREPARE, *(["--empty"] if empty else [])]
    prepared = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert prepared.returncode == 0, prepared.stderr
    names: dict[str, object] = json.loads(prepared.stdout)
    return names


def prepared_once(folder: Path, *, empty: bool) -> dict[str, object]:
    """As `prepare`, by one process alone; those that come meanwhile wait for it."""
    folder.mkdir(parents=True, exist_ok=True)
    written = folder.with_suffix(".json")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not written.exists():
            written.write_text(json.dumps(prepare(folder, empty=empty)))
        names: dict[str, object] = json.loads(written.read_text())
    return names


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
