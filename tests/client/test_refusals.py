"""What a server refuses arrives with its own words; what passes by is tried again."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from nasweb.client import ApiError, Client, FieldFault, NaswebError, ServerUnreachable, transport
from nasweb.embedded.broker import free_port
from search.models import Experiment
from tests.search.searching import created, started


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(transport, "LONGEST_PAUSE", 0.01)


@pytest.mark.django_db(transaction=True)
def test_each_fault_is_named_with_its_field_and_value(server: Client) -> None:
    with pytest.raises(ApiError) as caught:
        server.experiments.create(preset="quick", overrides={"protocol": {"steps": 0}, "seed": "x"})
    error = caught.value
    assert (error.status, error.kind) == (422, "invalid")
    assert error.title == "Something in the request is not right"
    assert {fault.field for fault in error.errors} == {"overrides.protocol.steps", "overrides.seed"}
    assert FieldFault("body", "overrides.protocol.steps", error.errors[0].message, 0) in error.errors
    assert "overrides.protocol.steps: " in str(error)


@pytest.mark.django_db(transaction=True)
def test_a_conflict_says_in_which_state_the_search_is(server: Client) -> None:
    experiment = server.experiments.get(created().pk)
    with pytest.raises(ApiError) as caught:
        experiment.pause()
    assert (caught.value.status, caught.value.kind, caught.value.state) == (409, "conflict", "draft")
    assert caught.value.detail in str(caught.value)


@pytest.mark.django_db(transaction=True)
def test_what_is_not_there_is_said_so(server: Client) -> None:
    with pytest.raises(ApiError, match="There is no experiment 4711"):
        server.experiments.get(4711)
    running = server.experiments.get(started().pk)
    with pytest.raises(ApiError, match="use one of"):
        list(running.individuals("nonsense>3"))


@pytest.mark.django_db(transaction=True)
def test_a_search_is_created_once_however_often_it_is_asked_for(server: Client) -> None:
    made = [server.experiments.create(preset="quick", idempotency_key="mine", start=False) for _ in range(2)]
    assert made[0].id == made[1].id
    assert Experiment.objects.count() == 1
    other = server.experiments.create(clone=made[0], name="copy", start=False)
    assert (other.name, other.config) == ("copy", made[0].config)


def test_an_address_that_is_none_is_refused_at_once() -> None:
    for url in ("localhost:8000", "ftp://localhost", "http://", ""):
        with pytest.raises(ValueError, match="is no address of a server"):
            Client(url)


def test_nobody_at_the_address_is_said_so() -> None:
    with pytest.raises(ServerUnreachable, match="does not answer") as caught:
        Client(f"http://127.0.0.1:{free_port()}", retries=1).presets()
    assert caught.value.refused


def test_a_closed_client_sends_nothing() -> None:
    with Client("http://127.0.0.1:1") as client:
        pass
    with pytest.raises(NaswebError, match="closed"):
        client.presets()


Reply = tuple[int, dict[str, str], object]
"""Status, headers and content; status 0 closes the connection without an answer."""


class Script:
    """A server that answers as it was told, and remembers what it was asked."""

    def __init__(self, *answers: Reply) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, dict[str, str]]] = []

    @contextmanager
    def running(self, *, retries: int = 3, token: str | None = None) -> Iterator[Client]:
        script = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                script.asked.append((self.command, self.path, dict(self.headers)))
                status, headers, content = script.answers.pop(0)
                if status == 0:
                    return
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                text = content if isinstance(content, str) else json.dumps(content)
                self.wfile.write(text.encode())

            do_GET = do_POST = do_DELETE = answer

            def log_message(self, *_: Any) -> None:
                pass

        with HTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                with Client(f"http://127.0.0.1:{server.server_port}", retries=retries, token=token) as client:
                    yield client
            finally:
                server.shutdown()
                thread.join()


GOOD: Reply = (200, {}, {"items": []})
BUSY: Reply = (429, {"Retry-After": "0"}, {"title": "Too many requests wait already"})
BAD_GATEWAY: Reply = (502, {}, "<h1>Bad gateway</h1>")
AWAY: Reply = (503, {}, {"type": "/api/v1/problems#unavailable", "title": "The database does not answer"})
SILENT: Reply = (0, {}, None)


@pytest.mark.parametrize("trouble", [BUSY, BAD_GATEWAY, AWAY, SILENT])
def test_a_reading_request_is_sent_again_until_it_is_answered(trouble: Any) -> None:
    script = Script(trouble, trouble, GOOD)
    with script.running() as client:
        assert client.presets() == []
    assert len(script.asked) == 3


def test_the_last_trouble_is_told_when_none_of_the_tries_helped() -> None:
    with Script(*[BAD_GATEWAY] * 3).running(retries=2) as client, pytest.raises(ApiError) as caught:
        client.presets()
    assert caught.value.status == 502


@pytest.mark.parametrize("trouble,asked", [(BAD_GATEWAY, 1), (SILENT, 1), (AWAY, 2), (BUSY, 2)])
def test_what_must_not_happen_twice_is_sent_again_only_if_nothing_was_done(trouble: Any, asked: int) -> None:
    script = Script(trouble, (409, {}, {"title": "no"}))
    with script.running() as client, pytest.raises((ApiError, ServerUnreachable)):
        client.evaluations.retry(1)
    assert len(script.asked) == asked


def test_a_creation_is_sent_again_with_the_same_key() -> None:
    script = Script(SILENT, BAD_GATEWAY, (422, {}, {"title": "no"}))
    with script.running() as client, pytest.raises(ApiError):
        client.experiments.create(preset="quick")
    assert len({headers["Idempotency-Key"] for _, _, headers in script.asked}) == 1
    assert len(script.asked) == 3


def test_a_token_goes_with_each_request_and_never_to_another_server() -> None:
    script = Script((302, {"Location": "http://127.0.0.1:1/elsewhere"}, ""))
    with (
        script.running(token="secret") as client,
        pytest.raises(ApiError, match="give that address"),
    ):
        client.presets()
    assert [headers["Authorization"] for _, _, headers in script.asked] == ["Bearer secret"]


def test_a_server_of_another_kind_is_noticed() -> None:
    with (
        Script((200, {}, "<html>hello</html>")).running() as client,
        pytest.raises(NaswebError, match="JSON"),
    ):
        client.presets()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.8.9.1", "nas.localhost"])
def test_what_runs_on_this_machine_is_asked_directly(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever http_proxy says: a proxy could not reach it, and would be told the token."""
    asked: list[str] = []
    with answering(200, "{}", asked) as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("no_proxy", "")
        client = Client(f"http://{host}:{free_port()}", token="nas_secret", retries=0)
        with pytest.raises(ServerUnreachable) as caught:
            client.presets()
    assert asked == []
    assert "proxy" not in str(caught.value)


def test_an_error_on_the_way_through_a_proxy_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(403, "denied", []) as proxy:
        monkeypatch.setenv("http_proxy", proxy.replace("//", "//me:word@"))
        monkeypatch.setenv("no_proxy", "")
        client = Client("http://nas.example.org", retries=0)
        with pytest.raises(ApiError, match=rf"through the proxy {proxy.removeprefix('http://')}") as caught:
            client.presets()
        assert "word" not in str(caught.value)
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ServerUnreachable, match=r"does not answer through the proxy 127\.0\.0\.1:"):
        Client("http://nas.example.org", retries=0).presets()


@contextmanager
def answering(status: int, body: str, asked: list[str]) -> Iterator[str]:
    """A proxy's address; what it is asked for is put into the list."""

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
