"""What a request may have computed: so long, beside so many others, and for nobody who has left."""

import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from nasweb import request_budget
from nasweb.request_budget import BUSY, Places, RequestBudget
from search.evolution.work_budget import OverBudget, spend
from tests.evolution.test_work_budget import ALIKE

pytestmark = pytest.mark.django_db


def test_the_api_and_the_pages_say_what_would_take_too_long(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_budget, "SECONDS", 0.0)
    body = json.dumps({"genotype": ALIKE})
    answer = client.post("/api/v1/genotypes/preview", body, content_type="application/json")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "more than the 0 s of computing that one request may have" in answer.json()["detail"]
    page = client.get("/editor/", {"start": ALIKE}, headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert "That would take too long" in page.content.decode()


def test_a_request_within_its_budget_is_answered_and_leaves_its_place(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = Places(places=1, each=1)
    monkeypatch.setattr(request_budget, "LONG", places)
    monkeypatch.setattr(request_budget, "QUICK_SECONDS", 0.0)
    for _ in range(3):
        body = json.dumps({"genotype": ALIKE})
        answer = client.post("/api/v1/genotypes/preview", body, content_type="application/json")
        assert answer.status_code == 200
    places.take("anybody", 0.0)


def test_nobody_takes_all_places_and_who_waits_gets_the_next() -> None:
    places = Places(places=3, each=2)
    places.take("ann")
    places.take("ann")
    with pytest.raises(OverBudget, match=BUSY):
        places.take("ann", 0.0)
    places.take("ben")
    with pytest.raises(OverBudget, match=BUSY):
        places.take("cay", 0.0)
    waiting = threading.Thread(target=places.take, args=("cay", 60.0))
    waiting.start()
    places.give_back("ann")
    waiting.join(60)
    assert not waiting.is_alive()


def of_client(server: socket.socket, method: str = "get") -> HttpRequest:
    request = RequestFactory().generic(method.upper(), "/")
    request.META["gunicorn.socket"] = server
    return request


def long_computation(request: HttpRequest) -> HttpResponse:
    while True:
        spend(1000)


def test_a_computation_ends_when_its_client_has_gone() -> None:
    server, browser = socket.socketpair()
    request = of_client(server, "get")
    assert not request_budget.has_gone(request)
    browser.close()
    assert request_budget.has_gone(request)
    with pytest.raises(OverBudget, match="The client has gone"):
        RequestBudget(long_computation)(request)
    server.close()


def test_a_reader_who_left_is_no_error_of_ours(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    """Neither of the pages nor of the API: the terminal of `make run` shows what is logged as an error."""
    for address in ("/experiments/", "/api/v1/experiments"):
        server, browser = socket.socketpair()
        with server:
            browser.close()
            environ: dict[str, Any] = {"gunicorn.socket": server}
            answer = client.get(address, **environ)
        assert answer.status_code == 499
    assert not [row for row in caplog.records if row.levelname == "ERROR"]


def test_bytes_that_wait_to_be_read_are_no_goodbye() -> None:
    server, browser = socket.socketpair()
    with server, browser:
        browser.sendall(b"GET / HTTP/1.1")
        request = of_client(server, "get")
        assert not request_budget.has_gone(request)
        assert server.recv(100) == b"GET / HTTP/1.1"


def test_what_a_client_wanted_changed_is_changed_though_it_has_gone() -> None:
    server, browser = socket.socketpair()
    with server:
        browser.close()
        request = of_client(server, "post")

        def write(request: HttpRequest) -> HttpResponse:
            spend(100_000)
            return HttpResponse("written")

        assert RequestBudget(write)(request).content == b"written"


def export_of(request: HttpRequest) -> Any:
    def pieces() -> Iterator[bytes]:
        for number in range(5):
            spend(1000)
            yield b"%d" % number

    return RequestBudget(lambda _: StreamingHttpResponse(pieces()))(request)


def test_exports_are_few_at_once_and_leave_their_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each holds a thread for as long as its client reads."""
    monkeypatch.setattr(request_budget, "DOWNLOADS", Places(places=2, each=1))
    monkeypatch.setattr(request_budget, "WAIT_SECONDS", 0.0)
    request = RequestFactory().get("/api/v1/experiments/1/individuals.csv")
    first = export_of(request)
    refused = export_of(request)
    assert (refused.status_code, json.loads(refused.content)["detail"]) == (503, BUSY)
    first.close()  # never read: as good as read
    second = export_of(request)
    assert b"".join(second.streaming_content) == b"01234"
    second.close()
    assert export_of(request).status_code == 200


def test_an_export_ends_with_its_budget_and_with_its_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_budget, "DOWNLOAD_SECONDS", 0.0)
    with pytest.raises(OverBudget, match="more than the 0 s"):
        b"".join(export_of(RequestFactory().get("/")).streaming_content)
    server, client = socket.socketpair()
    with server, client:
        answer = export_of(of_client(server))
        client.close()
        assert b"".join(answer.streaming_content) == b""
