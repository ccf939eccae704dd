"""A live server on the test's database, and a client that speaks to it over HTTP."""

import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from nasweb.client import Client
from search.models import Experiment
from search.worker.attempts import load_trainer
from tests.conftest import INSTANT_TRAINER
from tests.processes import ROOT
from tests.search.searching import small_config, started, work_off


@pytest.fixture(autouse=True)
def instant_trainer(settings: Settings) -> None:
    settings.TRAINER = INSTANT_TRAINER
    load_trainer.cache_clear()


@pytest.fixture
def server(live_server: LiveServer) -> Iterator[Client]:
    """A client of the live server; impatient, for whatever does not answer will not."""
    with Client(live_server.url, retries=0) as client:
        yield client


@pytest.fixture
def search(live_server: LiveServer) -> Experiment:
    """A finished search of twelve individuals."""
    return work_off(started(small_config(individuals=12, in_flight=1), name="Finished search"))


class Said(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str


Nas = Callable[..., Said]


@pytest.fixture
def nas(live_server: LiveServer) -> Nas:
    """nas("experiments", "list") runs `manage.py nas experiments list` in this process, against the live server."""

    def run(*words: Any) -> Said:
        out, err = io.StringIO(), io.StringIO()
        status = 0
        try:
            call_command("nas", *map(str, words), "--url", live_server.url, stdout=out, stderr=err)
        except SystemExit as end:
            status = int(end.code or 0)
        return Said(status, out.getvalue(), err.getvalue())

    return run


def in_a_process(*words: str) -> subprocess.CompletedProcess[str]:
    """`python WORDS`, in the folder of the project."""
    return subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False)
