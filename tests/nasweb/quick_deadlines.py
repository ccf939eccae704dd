"""The web server's worker with deadlines of a moment, and an application that reads bodies and answers at length."""

from collections.abc import Callable, Iterable
from typing import Any

from nasweb import web_worker

web_worker.HEAD_SECONDS = web_worker.BODY_SECONDS = web_worker.ANSWER_SECONDS = 1.0
web_worker.LEAST_RATE = 10 * 2**20
LENGTH = 64 * 2**20


class QuickWorker(web_worker.DeadlineWorker):
    """Reads the deadlines above, for it is loaded with them."""


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start("200 OK", [("Content-Type", "text/plain")])
    return (
        (b"x" * 65_536 for _ in range(LENGTH // 65_536))
        if environ["PATH_INFO"] == "/long"
        else [body or b"here"]
    )
