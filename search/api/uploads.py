"""File uploads: declared, bounded, streamed to disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO

from django.http import HttpRequest

from search.api.problems import Problem, invalid
from search.services.importing import MOST_BYTES

OPERATIONS = ("import_experiment",)
"""Names of the addresses that take a file."""
GZIP, JSON_LINES = "application/gzip", "application/jsonl"
IN_MEMORY = 2**20
PIECE = 64 * 1024


def takes_a_file(request: HttpRequest) -> bool:
    match = request.resolver_match
    return request.method == "POST" and match is not None and match.url_name in OPERATIONS


def check_file(request: HttpRequest) -> None:
    """Before anything of it is read. Raises Problem: 413, 415 or 422."""
    given = request.META.get("CONTENT_LENGTH") or "0"
    length = int(given) if given.isdecimal() else 0
    if length > MOST_BYTES:
        raise Problem("too-large", f"The file has {length:,} bytes; at most {MOST_BYTES:,} are read.")
    if length and request.content_type not in (GZIP, JSON_LINES):
        said = (request.content_type or "nothing")[:100]
        raise Problem("media-type", f"The Content-Type header says {said}; send {GZIP} or {JSON_LINES}.")
    if not length:
        raise invalid("body", "", "is missing, or its length is not declared (Content-Length)")


@contextmanager
def received(request: HttpRequest) -> Iterator[IO[bytes]]:
    """The body as a file that can be read more than once. The server reads no more than the declared length."""
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        while piece := request.read(PIECE):
            file.write(piece)
        yield file
