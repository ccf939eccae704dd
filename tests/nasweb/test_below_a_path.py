"""Served below the path of another server (nginx's location, JupyterHub's proxy), which tells it as SCRIPT_NAME."""

import re
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.urls import set_script_prefix

from search.models import Experiment
from tests.search.searching import small_config, started, work_off

pytestmark = pytest.mark.django_db
PATH = "/nas"


@pytest.fixture
def experiment(settings: Any) -> Experiment:
    settings.TRAINER = "search.evolution.evaluation.instant_trainer"
    return work_off(started(small_config(individuals=3)))


def answer(path: str, below: str = PATH) -> tuple[str, str]:
    """Status and text, as from the proxy."""
    path, _, query = path.partition("?")
    environ: dict[str, Any] = {"PATH_INFO": path, "QUERY_STRING": query, "SCRIPT_NAME": below}
    environ["REMOTE_ADDR"] = "127.0.0.1"
    setup_testing_defaults(environ)
    environ["HTTP_HOST"] = "localhost"
    said: list[str] = []
    for sent in (
        request_started,
        request_finished,
    ):  # the test's transaction would be closed with its connection
        sent.disconnect(close_old_connections)
    try:
        parts = WSGIHandler()(environ, lambda status, headers: said.append(status))  # type: ignore[arg-type]
        return said[0], b"".join(parts).decode(errors="replace")
    finally:
        for sent in (request_started, request_finished):
            sent.connect(close_old_connections)
        set_script_prefix("/")


@pytest.mark.parametrize(
    "page", ["", "individuals/0/", "individuals/0/?tab=training", "settings/", "pareto/"]
)
def test_every_link_of_a_page_stands_below_the_path(experiment: Experiment, page: str) -> None:
    status, text = answer(f"/experiments/{experiment.pk}/{page}")
    assert status == "200 OK"
    links = re.findall(r"""(?:href|src|action|data-source|data-live-page)="(/[^"]*)""", text)
    assert len(links) > 20
    assert [link for link in links if not link.startswith(f"{PATH}/")] == []


def test_a_style_sheet_is_found_where_the_page_says(experiment: Experiment) -> None:
    _, text = answer(f"/experiments/{experiment.pk}/")
    [sheet] = re.findall(r'href="([^"]*css/base[^"]*\.css)"', text)
    assert sheet.startswith(f"{PATH}/static/")
    status, style = answer(sheet.removeprefix(PATH))
    assert status == "200 OK"
    assert "{" in style


def test_one_process_serves_both_below_a_path_and_at_the_root(experiment: Experiment) -> None:
    _, below = answer("/help/")
    _, plain = answer("/help/", below="")
    assert f'href="{PATH}/static/' in below
    assert 'href="/static/' in plain
    assert PATH not in plain
