"""Who sends or reads slowly keeps no thread of the web server: everybody else is answered."""

import http.client
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest

from nasweb.embedded.broker import free_port
from tests.processes import Running, eventually

THREADS = 2


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    options = [
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "1",
        "--threads",
        str(THREADS),
        "--no-control-socket",
    ]
    options += ["--worker-class", "tests.nasweb.quick_deadlines.QuickWorker"]
    command = [sys.executable, "-m", "gunicorn", *options, "tests.nasweb.quick_deadlines:application"]
    with Running(command, tmp_path_factory.mktemp("web") / "web.log") as server:
        eventually(lambda: server.said("Booting worker"), "the web server accepts")
        yield port


def connect(port: int, request: bytes) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), timeout=30)
    client.sendall(request)
    return client


def answer(port: int, body: bytes = b"") -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST" if body else "GET", "/", body=body or None)
    return connection.getresponse().read()


def is_closed(client: socket.socket) -> bool:
    """By the server, at once or after what it still says."""
    with suppress(ConnectionError):
        while client.recv(65_536):
            pass
    return True


def test_a_body_that_never_ends_keeps_no_thread(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 1000\r\n\r\n"
    slow = [connect(port, head + b"a") for _ in range(2 * THREADS)]
    assert answer(port) == b"here"
    assert all(is_closed(client) for client in slow)


def test_headers_that_never_end_keep_no_thread(port: int) -> None:
    slow = [connect(port, b"GET / HTTP/1.1\r\nHost: he") for _ in range(2 * THREADS)]
    assert answer(port) == b"here"
    assert all(is_closed(client) for client in slow)


def test_an_answer_that_nobody_reads_keeps_no_thread(port: int) -> None:
    slow = [connect(port, b"GET /long HTTP/1.1\r\nHost: here\r\n\r\n") for _ in range(2 * THREADS)]
    assert answer(port) == b"here"
    for client in slow:
        client.close()


def test_a_connection_that_is_not_closed_keeps_nobody_from_being_accepted(port: int) -> None:
    request = b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
    left_open = [connect(port, request) for _ in range(20)]
    for client in left_open:  # the head may come before the rest
        said = b""
        while b"here" not in said:
            part = client.recv(65_536)
            assert part, said
            said += part
    assert answer(port) == b"here"
    for client in left_open:
        client.close()


def test_a_large_body_and_a_long_answer_go_through_whole(port: int) -> None:
    body = b"0123456789" * 1_000_000
    assert answer(port, body) == body
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/long")
    assert len(connection.getresponse().read()) == 64 * 2**20
