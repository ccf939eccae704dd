"""Gunicorn worker with deadlines for slow clients.

gunicorn --worker-class nasweb.web_worker.DeadlineWorker ...

Its own threaded worker waits for ever for the rest of a body, and for whoever does not read an answer: as many such
connections as there are threads, and nobody else is served. A proxy that buffers keeps most of them away
(docker/nginx.conf); this holds without one.
"""

import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

HEAD_SECONDS = 10.0
"""For a request's line and headers."""
BODY_SECONDS = 10.0
"""For a body, beside what its length takes at the least rate."""
ANSWER_SECONDS = 30.0
"""That a client may leave an answer unread, beside what its length takes at the least rate."""
LEAST_RATE = 64 * 1024
"""Bytes a second."""
CLOSERS = 4
"""Connections whose last bytes are waited for at once."""
SLOW = "the client took longer than {seconds:.0f} s to {act}"


class DeadlineSocket(socket.socket):
    """A connection whose reads and writes end at a deadline, with TimeoutError."""

    read_by: float | None = None
    """By the monotonic clock."""
    read_seconds = 0.0
    sent = 0
    """Bytes of the present answer."""
    blocked = 0.0
    """Seconds that its writes have taken."""

    def begin(self, seconds: float) -> None:
        """What is read now must be there in so many seconds."""
        self.read_by, self.read_seconds = time.monotonic() + seconds, seconds
        self.sent, self.blocked = 0, 0.0

    def recv(self, *arguments: Any) -> bytes:
        if self.read_by is None:
            return super().recv(*arguments)
        text = SLOW.format(seconds=self.read_seconds, act="send its request")
        found: bytes = self._within(self.read_by - time.monotonic(), text, super().recv, *arguments)
        return found

    def send(self, *arguments: Any) -> int:
        allowed = ANSWER_SECONDS + self.sent / LEAST_RATE
        text = SLOW.format(seconds=allowed, act="read the answer")
        began = time.monotonic()
        try:
            count: int = self._within(allowed - self.blocked, text, super().send, *arguments)
        finally:
            self.blocked += time.monotonic() - began
        self.sent += count
        return count

    def sendall(self, data: Any, *flags: int) -> None:
        rest = memoryview(data).cast("B")
        while rest:
            rest = rest[self.send(rest, *flags) :]

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """By `send`: the system call of that name knows nothing of a rate."""
        sent: int = self._sendfile_use_send(file, offset, count)  # type: ignore[attr-defined]
        return sent

    def _within(self, seconds: float, text: str, call: Any, *arguments: Any) -> Any:
        before = self.gettimeout()
        if before is not None:  # gunicorn has a limit of its own here
            return call(*arguments)
        if seconds <= 0:
            raise TimeoutError(text)
        self.settimeout(seconds)
        try:
            return call(*arguments)
        except TimeoutError:
            raise TimeoutError(text) from None
        finally:
            if self.fileno() >= 0:
                self.settimeout(None)


class DeadlineWorker(ThreadWorker):
    """Gunicorn's threaded worker over such connections.

    A connection's last bytes are waited for in a thread of their own, for up to two seconds: gunicorn waits in the one
    thread that accepts.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._closing: ThreadPoolExecutor | None = None

    def init_process(self) -> None:
        self._closing = ThreadPoolExecutor(max_workers=CLOSERS, thread_name_prefix="closing")
        super().init_process()

    def enqueue_req(self, conn: Any) -> None:
        if not isinstance(conn.sock, DeadlineSocket):
            conn.sock = DeadlineSocket(fileno=conn.sock.detach())
            conn.close = partial(self._close, conn, conn.close)
        super().enqueue_req(conn)

    def _close(self, conn: Any, close: Callable[..., None], graceful: bool = False) -> None:
        if graceful and self.alive and self._closing is not None:
            self._closing.submit(close, graceful=True)
        else:
            close(graceful=graceful)

    def handle(self, conn: Any) -> Any:
        conn.sock.begin(HEAD_SECONDS)  # what it waited for a thread is not the client's
        return super().handle(conn)

    def handle_request(self, req: Any, conn: Any) -> Any:
        length = next((value for name, value in req.headers if name == "CONTENT-LENGTH"), "0")
        size = int(length) if length.isdecimal() else 0
        conn.sock.begin(BODY_SECONDS + size / LEAST_RATE)
        return super().handle_request(req, conn)
