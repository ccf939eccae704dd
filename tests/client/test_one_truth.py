"""One search, three ways to look at it: started by the client, worked on by a real worker, watched by a person in a
browser, stopped from the command line. What each of them tells is the same."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from playwright.sync_api import expect

from nasweb.client import Client
from search.models import Experiment
from tests.browser.chromium import quiet_context, running_chromium
from tests.client.conftest import in_a_process
from tests.conftest import StartWorker
from tests.processes import eventually
from tests.search.searching import small_config
from tests.trainers import GATE

pytestmark = [
    pytest.mark.service,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
INDIVIDUALS = 5000
"""More than are trained before it is stopped."""


def test_a_search_is_one_for_the_client_the_browser_and_the_command_line(
    server: Client, start_worker: StartWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Playwright's loop runs in the thread that uses the database.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    gate = tmp_path / "gate"
    gate.mkdir()
    start_worker(clock=True, trainer="tests.trainers.gated_trainer", **{GATE: str(gate)})
    config = small_config(individuals=INDIVIDUALS, in_flight=1, protocol={"repeats": 2})
    experiment = server.experiments.create(name="One truth", config=config.to_json())
    eventually(lambda: (gate / "began-1").exists(), "a worker trains")
    with running_chromium() as browser, quiet_context(browser) as context:
        page = context.new_page()
        page.goto(experiment.url)
        status = page.locator("#status")
        head = page.locator("#head")
        expect(head).to_contain_text("Running")
        done = status.locator("progress")
        expect(done).to_have_attribute("value", "0")
        (gate / "open").touch()
        expect(status).not_to_contain_text(
            f"0 / {INDIVIDUALS}"
        )  # the page follows without being loaded again
        stopped = _nas(server, "stop", experiment.id)
        expect(head).to_contain_text("Stopped", timeout=30_000)
        shown = done.get_attribute("value")
    experiment.wait(timeout=30)
    listed = _nas(server, "show", experiment.id)
    row = Experiment.objects.get(pk=experiment.id)
    truth = (row.state, row.proposed, row.evaluated, row.failed)
    assert stopped["state"] == row.state == "stopped"
    assert 0 < row.evaluated < INDIVIDUALS
    assert (experiment.state, *_numbers(experiment.record.raw)) == truth
    assert (listed["state"], *_numbers(listed)) == truth
    assert shown == str(row.evaluated + row.failed)  # cancelled ones came to nothing
    ended = [individual.state for individual in experiment.individuals()]
    assert len(ended) == row.proposed
    assert ended.count("done") == row.evaluated
    assert set(ended) <= {"done", "failed", "cancelled"}


def _nas(server: Client, verb: str, number: int) -> dict[str, object]:
    """By a process of its own, as from a shell."""
    command = ("-m", "nasweb.client", "experiments", verb, str(number), "--url", server.url, "--json")
    done = in_a_process(*command)
    assert done.returncode == 0, done.stderr
    document: dict[str, object] = json.loads(done.stdout)
    return document


def _numbers(document: Mapping[str, object]) -> tuple[object, ...]:
    return document["proposed"], document["evaluated"], document["failed"]
