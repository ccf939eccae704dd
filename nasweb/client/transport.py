"""HTTP transport with the standard library: JSON, retries with back-off, errors as exceptions."""

import json
import os
import random
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPException, HTTPMessage
from ipaddress import ip_address
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import (
    HTTPRedirectHandler,
    ProxyHandler,
    Request,
    build_opener,
    getproxies,
    proxy_bypass,
)

from nasweb.client.errors import ApiError, NaswebError, ServerUnreachable

ROOT = "/api/v1"
PER_PAGE = 500
"""The most that the server gives at once."""
REPEATABLE = ("GET", "PATCH", "DELETE")
"""Sent twice they do what they do once."""
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 8.0
"""Seconds before the first repetition; each further one waits twice as long."""


_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""As RFC 6750 has it; a line break in it would be a header of its own."""


class _NoRedirects(HTTPRedirectHandler):
    """urllib would take the token along to whatever host an answer names."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


class Transport:
    """One server's API. `retries` is how often a request that may be repeated is sent again."""

    def __init__(self, url: str, *, token: str | None, timeout: float, retries: int) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{url!r} is no address of a server, which looks like http://127.0.0.1:8000")
        self.url = url.rstrip("/")
        self._headers = {"Accept": "application/json", "User-Agent": "nasweb-client"}
        if token is not None:
            if not _TOKEN.fullmatch(token):
                raise ValueError("that is no token: one has letters, digits, - and _, such as nas_Zk3…")
            self._headers["Authorization"] = f"Bearer {token}"
        self._timeout = timeout
        self._retries = retries
        self._proxy = proxy_for(parts.scheme, parts.hostname)
        """Its address, which errors name; empty: none."""
        # The token is for the server: what runs on this machine is asked without anybody between.
        direct = [ProxyHandler({})] if is_loopback(parts.hostname) else []
        self._opener = build_opener(_NoRedirects, *direct)
        self._closed = False

    def close(self) -> None:
        self._closed = True

    def call(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        key: str | None = None,
        stores: bool = True,
        **query: Any,
    ) -> Any:
        """The document that comes back, None for an empty answer. Raises ApiError and ServerUnreachable.

        A POST that stores nothing, or has an idempotency key, is sent again like any GET.
        """
        content = self.fetch(method, path, body=body, key=key, stores=stores, **query)
        if not content:
            return None
        try:
            return json.loads(content)
        except ValueError:
            raise NaswebError(f"{self.url} does not answer in JSON; is it the address of nasweb?") from None

    def items(self, path: str, *, limit: int | None = None, **query: Any) -> Iterator[dict[str, Any]]:
        """Rows of a list, fetched page by page as they are taken; `limit` of them at most."""
        cursor: str | None = ""
        left = limit
        while cursor is not None and left != 0:
            size = PER_PAGE if left is None else min(left, PER_PAGE)
            page = self.call("GET", path, **query, limit=size, cursor=cursor or None)
            yield from page["items"]
            left = None if left is None else left - len(page["items"])
            cursor = page["next_cursor"]

    def fetch(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        key: str | None = None,
        stores: bool = True,
        **query: Any,
    ) -> bytes:
        """The content that comes back. A parameter that is None or empty is left out; a list stands repeatedly."""
        repeatable = method in REPEATABLE or key is not None or not stores
        request = self._request(method, path, body, key, query)
        return self._repeated(method, repeatable, lambda: self.send(request))

    def download(self, path: str, target: IO[bytes], **query: Any) -> None:
        """A file of any size, into a seekable one; begun again when it breaks off."""

        def copy(answer: IO[bytes]) -> bytes:
            target.seek(0)
            target.truncate()
            shutil.copyfileobj(answer, target)
            return b""

        request = self._request("GET", path, None, None, query)
        self._repeated("GET", True, lambda: self.send(request, copy))

    def upload(self, path: str, source: IO[bytes], *, media_type: str, key: str) -> Any:
        """The document that comes back for a seekable file, which is sent as it is read."""
        length = source.seek(0, os.SEEK_END)
        request = self._request("POST", path, None, key, {})
        request.data = source
        request.add_header("Content-Type", media_type)
        request.add_header("Content-Length", str(length))

        def send() -> bytes:
            source.seek(0)
            return self.send(request)

        return json.loads(self._repeated("POST", True, send))

    def _repeated(self, method: str, repeatable: bool, send: Callable[[], bytes]) -> bytes:
        if self._closed:
            raise NaswebError("the client is closed; make another one")
        for attempt in range(self._retries + 1):
            try:
                return send()
            except ApiError as error:
                if attempt and method == "DELETE" and error.status == 404:
                    return b""  # the answer to the first one was lost
                if attempt == self._retries or not _may_pass(error, repeatable):
                    raise
                pause = error.retry_after
            except ServerUnreachable as error:
                if attempt == self._retries or not (error.refused or repeatable):
                    raise
                pause = None
            time.sleep(_back_off(attempt) if pause is None else min(pause, LONGEST_PAUSE))
        raise AssertionError("the last attempt returns or raises")

    def _request(
        self, method: str, path: str, body: Mapping[str, Any] | None, key: str | None, query: dict[str, Any]
    ) -> Request:
        given = {name: value for name, value in query.items() if value not in (None, "", [], ())}
        address = self.url + ROOT + path + (f"?{urlencode(given, doseq=True)}" if given else "")
        headers = dict(self._headers)
        if body is not None:
            headers["Content-Type"] = "application/json"
        if key is not None:
            headers["Idempotency-Key"] = key
        content = None if body is None else json.dumps(body).encode()
        return Request(address, data=content, headers=headers, method=method)

    def _through(self) -> str:
        return f" through the proxy {self._proxy} of the environment" if self._proxy else ""

    def send(
        self, request: Request, read: Callable[[IO[bytes]], bytes] = lambda answer: answer.read()
    ) -> bytes:
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                return read(answer)
        except HTTPError as error:
            with error:
                raise _api_error(error, self._through()) from None
        except (OSError, HTTPException) as error:  # URLError is an OSError
            cause = error.reason if isinstance(error, URLError) else error
            raise ServerUnreachable(
                f"{self.url} does not answer{self._through()}: {cause or type(cause).__name__}",
                refused=isinstance(cause, ConnectionRefusedError),
            ) from None


def is_loopback(host: str) -> bool:
    """Whether that name or address is this very machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def proxy_for(scheme: str, host: str) -> str:
    """The proxy of http_proxy, https_proxy and no_proxy that requests to a host go through; empty: none."""
    if is_loopback(host) or proxy_bypass(host):
        return ""
    proxy = getproxies().get(scheme, "")
    return (urlsplit(proxy).netloc or proxy).rpartition("@")[2]  # never its password


def _may_pass(error: ApiError, may_repeat: bool) -> bool:
    """429 and the server's own 503 say that nothing was done; a proxy's 502, 503 or 504 leave it open."""
    if error.status == 429 or error.kind == "unavailable":
        return True
    return may_repeat and error.status in (502, 503, 504)


def _back_off(attempt: int) -> float:
    """Seconds; spread, so that the clients of a server that comes back do not ask all at once."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**attempt) * random.uniform(0.75, 1.25)


def _api_error(error: HTTPError, through: str) -> ApiError:
    wait = error.headers.get("Retry-After", "")
    retry_after = float(wait) if wait.isdecimal() else None
    try:
        problem = json.loads(error.read())
    except (ValueError, OSError, HTTPException):
        problem = None
    if not isinstance(problem, dict):
        problem = {
            "title": f"{error.reason or 'No reason given'}{through}"
        }  # perhaps not the server's own answer
        if target := error.headers.get("Location"):
            problem["detail"] = f"the server points to {target}; give that address"
    return ApiError(error.code, problem, retry_after=retry_after)
