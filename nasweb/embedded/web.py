"""Web server on loopback. The parent holds its socket, so a restart loses no request."""

import http.client
import select
import socket
import sys

from nasweb.embedded.child import Command

FIRST_PORT = 8000
LAST_PORT = 8099
CHOOSE = "Choose another: make run PORT=9000"
THREADS = 8
ANSWER_SECONDS = 30.0
"""For an answer that has begun."""


class PortTaken(Exception):
    """The port that was asked for is in use, or not for this user."""


def listen(port: int | None) -> socket.socket:
    """A listening socket on the port, or on the first free one from 8000 where none is asked for."""
    for candidate in [port] if port else range(FIRST_PORT, LAST_PORT + 1):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", candidate))
            listener.listen(256)
        except PermissionError:
            listener.close()
            raise PortTaken(f"This user may not use port {candidate}. {CHOOSE}") from None
        except OSError:
            listener.close()
        else:
            return listener
    taken = f"port {port} is" if port else f"the ports {FIRST_PORT} to {LAST_PORT} are"
    raise PortTaken(f"On 127.0.0.1 {taken} in use. {CHOOSE}")


def web_command(listener: socket.socket) -> Command:
    descriptor = listener.fileno()
    options = [
        "--bind",
        f"fd://{descriptor}",
        "--worker-class",
        "nasweb.web_worker.DeadlineWorker",
        "--workers",
        "1",
    ]
    options += ["--threads", str(THREADS), "--no-control-socket", "--graceful-timeout", "5"]
    options += ["--logger-class", "nasweb.weblog.ProjectLogger"]
    return Command(
        name="web",
        arguments=[sys.executable, "-m", "gunicorn", *options, "nasweb.wsgi:application"],
        sockets=[descriptor],
    )


class FirstPage:
    """One request for the first page, which waits until the server takes it up.

    A second one would only wait behind it: our socket listens long before the server is there.
    """

    def __init__(self, address: str) -> None:
        self._host = address.removeprefix("http://")
        self._connection: http.client.HTTPConnection | None = None

    def status(self, seconds: float) -> int | None:
        """Its status; None while there is no answer after so many seconds. Asked anew where the server broke it off."""
        try:
            connection = self._connection or self._ask()
            if not select.select([connection.sock], [], [], seconds)[0]:
                return None
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            self.close()
            return None

    def _ask(self) -> http.client.HTTPConnection:
        self._connection = http.client.HTTPConnection(self._host, timeout=ANSWER_SECONDS)
        self._connection.request("GET", "/experiments/")
        return self._connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
