"""A search from start to end through the client, with a real worker; and one truth in the client, on the page and on
the command line."""

import json
import re
import threading
from urllib.request import urlopen

import pytest

from nasweb.client import Client, WaitTimeout
from search.api.routes import curves
from search.evolution.genotypes.published import PUBLISHED
from tests.client.conftest import Nas
from tests.conftest import StartWorker
from tests.search.searching import small_config, started

CELL = PUBLISHED["liu2018"].genotype
pytestmark = [pytest.mark.service, pytest.mark.django_db(transaction=True)]


def test_a_search_is_created_waited_for_read_and_given_a_genotype_of_ones_own(
    server: Client, start_worker: StartWorker, capsys: pytest.CaptureFixture[str]
) -> None:
    start_worker()
    config = small_config(individuals=15, in_flight=3).to_json()
    experiment = server.experiments.create(name="From a script", config=config).wait(
        progress=True, timeout=60
    )
    assert (experiment.state, experiment.record.evaluated) == ("finished", 15)
    assert "15/15" in capsys.readouterr().err
    best = experiment.best
    assert best is not None
    assert best.fitness == max(row.fitness or 0 for row in experiment.individuals("state:done"))
    mine = experiment.evaluate(CELL, parent_step=best.step, eligible=False)
    assert (mine.origin, mine.parent_step, mine.eligible) == ("human", best.step, False)
    assert experiment.wait(timeout=60).state == "finished"
    mine = experiment.individual(mine.step)
    assert (mine.state, mine.genotype) == ("done", CELL)
    assert server.evaluations.get(mine.evaluation_id).fitness == mine.fitness
    experiment.update(name="Kept", tags=["thesis"], archived=True)
    assert [row.name for row in server.experiments.list(archived=True)] == ["Kept"]
    experiment.delete()
    assert not list(server.experiments.list(archived=True))


def test_a_search_started_from_the_client_watched_on_a_page_and_stopped_from_the_command_line_is_one(
    server: Client, nas: Nas
) -> None:
    experiment = server.experiments.create(preset="quick", name="One truth")
    assert _state_on(experiment.url) == "running"
    assert json.loads(nas("experiments", "show", experiment.id, "--json").out)["state"] == "running"
    experiment.pause()
    assert _state_on(experiment.url) == "paused"
    assert "paused" in nas("experiments", "list", "--state", "paused").out
    assert nas("experiments", "stop", experiment.id).status == 0
    assert _state_on(experiment.url) == "stopped"
    assert experiment.refresh().state == "stopped"
    assert experiment.wait(timeout=5).state == "stopped"


def _state_on(page: str) -> str:
    """What the page of an experiment says: as it comes, and in the part that an open page fetches to follow."""
    said = set()
    for address in (page, f"{page}fragments/live/"):
        with urlopen(address) as answer:
            status = answer.read().decode().partition('id="head"')[2]
        found = re.search(r'class="badge" data-state="(\w+)"', status)
        assert found is not None, address
        said.add(found[1])
    (state,) = said
    return state


def test_a_wait_ends_in_time_and_says_how_far_the_search_is(server: Client) -> None:
    experiment = server.experiments.get(started().pk)
    with pytest.raises(WaitTimeout, match="it is running, 0 of 12 individuals are done"):
        experiment.wait(timeout=0.05)


def test_a_wait_goes_on_while_too_many_others_wait(
    server: Client, nas: Nas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nasweb.client.waiting.BUSY_SECONDS", 0.05)
    monkeypatch.setattr(curves, "waiters", threading.BoundedSemaphore(1))
    experiment = server.experiments.get(started().pk)
    ended: list[str] = []
    with curves.place_to_wait():
        waiter = threading.Thread(target=lambda: ended.append(experiment.wait(timeout=30).state))
        waiter.start()
        nas("experiments", "stop", experiment.id)
        waiter.join(20)
    assert ended == ["stopped"]
