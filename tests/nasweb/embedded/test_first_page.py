"""The first page is asked for once, however long the server takes to come."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from nasweb.embedded.web import FirstPage

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def address(server: socket.socket) -> str:
    return f"http://127.0.0.1:{server.getsockname()[1]}"


def test_one_request_waits_until_the_server_takes_it(listener: socket.socket) -> None:
    """What was asked meanwhile would be computed for somebody who has gone, and told as an error."""
    with closing(FirstPage(address(listener))) as page:
        for _ in range(5):
            assert page.status(0.01) is None
        taken, _ = listener.accept()
        with taken:
            assert taken.recv(1000).startswith(b"GET /experiments/")
            taken.sendall(ANSWER)
            assert page.status(10) == 200
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_it_is_asked_for_again_where_the_server_broke_off(listener: socket.socket) -> None:
    with closing(FirstPage(address(listener))) as page:
        assert page.status(0.01) is None
        taken, _ = listener.accept()
        taken.close()
        assert page.status(10) is None
        assert page.status(0.01) is None
        taken, _ = listener.accept()
        with taken:
            taken.sendall(ANSWER)
            assert page.status(10) == 200
