"""The client and the command line at a server with accounts: with a token, without one, with one that does not do."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django.live_server_helper import LiveServer

from nasweb.client import ApiError, Client
from search.models import Experiment, Scope
from search.services.accounts.tokens import create_token

pytestmark = pytest.mark.django_db(transaction=True)
Token = Callable[..., str]


@pytest.fixture
def token(people: dict[str, Any]) -> Token:
    def make(name: str, scope: Scope = Scope.READ) -> str:
        return create_token(owner=people[name], name="A script", scope=scope, days=1)[1]

    return make


def test_a_script_reads_and_runs_with_its_token(live_server: LiveServer, token: Token) -> None:
    with Client(live_server.url, token=token("owner", Scope.RUN), retries=0) as client:
        made = client.experiments.create(preset="quick", start=False)
        made.update(name="Mine")
        assert [row.name for row in client.experiments.list()] == ["Mine"]
    assert Experiment.objects.get().owner is not None


def test_a_refusal_arrives_with_its_words(live_server: LiveServer, token: Token) -> None:
    with (
        Client(live_server.url, retries=0) as nobody,
        pytest.raises(ApiError, match="Send a token") as refusal,
    ):
        list(nobody.experiments.list())
    assert (refusal.value.status, refusal.value.kind) == (401, "unauthenticated")
    with (
        Client(live_server.url, token=token("owner"), retries=0) as reader,
        pytest.raises(ApiError) as refusal,
    ):
        reader.experiments.create(preset="quick")
    assert (refusal.value.status, refusal.value.kind) == (403, "forbidden")
    assert "a token with the scope run" in refusal.value.detail


def test_the_environment_holds_a_token_for_whoever_gives_none(
    live_server: LiveServer, token: Token, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NASWEB_TOKEN", token("viewer"))
    with Client(live_server.url, retries=0) as client:
        assert list(client.experiments.list()) == []
    with (
        Client(live_server.url, token="nas_wrong", retries=0) as client,
        pytest.raises(ApiError, match="not valid"),
    ):
        list(client.experiments.list())


@pytest.mark.parametrize("bad", ["two words", "line\nbreak", "ümlaut", "x\r\nX-Header: 1"])
def test_what_would_be_another_header_is_no_token(bad: str) -> None:
    with pytest.raises(ValueError, match="no token"):
        Client("http://127.0.0.1:1", token=bad)


def test_the_command_line_takes_it_from_a_file_or_the_environment(
    live_server: LiveServer, token: Token, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nas(*words: str) -> tuple[int, str]:
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("nas", *words, "--url", live_server.url, stdout=out, stderr=err)
        except SystemExit as end:
            return int(end.code or 0), err.getvalue()
        return 0, out.getvalue()

    status, said = nas("experiments", "list")
    assert status != 0
    assert "Send a token" in said
    file = tmp_path / "token"
    file.write_text(token("owner", Scope.RUN) + "\n")
    assert nas("experiments", "create", "--preset", "quick", "--draft", "--token-file", str(file))[0] == 0
    monkeypatch.setenv("NASWEB_TOKEN", token("viewer"))
    status, said = nas("experiments", "list")
    assert status == 0
    assert "draft" in said
