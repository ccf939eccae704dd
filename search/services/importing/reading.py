"""Bounded reader of untrusted archive files: limits on sizes, errors with line numbers."""

import json
import re
import zlib
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from search.evolution.text_input import finite_number, packed_as
from search.evolution.work_budget import spend
from search.services.errors import Conflict

MOST_BYTES = 256 * 2**20
"""Of a file as it is sent. An experiment of 100,000 individuals has some 25 MiB."""
MOST_UNPACKED = 4 * 2**30
MOST_RATIO = 100
"""Times that a file may grow when it is unpacked; real ones grow eight to fifteen times."""
RATIO_FROM = 2**20
"""Bytes from which on the ratio counts: a short file of equal lines packs better."""
LONGEST_LINE = 4 * 2**20
MOST_LINES = 3_000_000
"""A million individuals, the largest budget, with their genotypes and evaluations."""
PIECE = 64 * 1024

_GZIP = b"\x1f\x8b"
_MARK = b"\xef\xbb\xbf"
"""That some editors put before UTF-8."""
_WINDOW = 31
"""zlib's number for gzip's head and foot and any window."""
_UNSTORABLE = re.compile(r"(?<!\\)(?:\\\\)*\\u(?:0000|[dD][89a-fA-F])")
"""As written in JSON: NUL, or half of a surrogate pair (a whole pair is looked at again)."""

NO_GZIP = "the file ends within its packed part; it was not sent or saved whole"
OTHER_PACKING = "the file is packed as {name}; unpack it, or pack it with gzip"
NOT_UTF_8 = "the file is UTF-16; save it as UTF-8"
TOO_DENSE = f"the file unpacks to more than {MOST_RATIO} times its size"
TOO_LARGE = "the file unpacks to more than {most:,} bytes"
LONG_LINE = f"is longer than {LONGEST_LINE:,} bytes"
MANY_LINES = "the file has more than {most:,} lines"
NO_OBJECT = 'is no JSON object with one field, such as {"individual": {...}}'
UNSTORABLE = "holds the character NUL or half of a surrogate pair, which no text may"


class BadFile(Conflict):
    """The file is refused; nothing of the experiment was stored. The text names the line and what would be right."""

    def __init__(self, message: str, *, line: int | None = None) -> None:
        self.line = line
        """From 1; None: the file as a whole."""
        super().__init__(f"line {line}: {message}" if line else message)


class FileLine(NamedTuple):
    """One line of the file."""

    number: int
    """From 1."""
    kind: str
    content: Any


def lines(file: IO[bytes]) -> Iterator[FileLine]:
    """The lines of a file from its beginning, packed or not. Raises BadFile."""
    file.seek(0)
    head = file.read(8)
    packed = head.startswith(_GZIP)
    if not packed and (name := packed_as(head)):
        raise BadFile(OTHER_PACKING.format(name=name))
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadFile(NOT_UTF_8)
    file.seek(len(_MARK) if head.startswith(_MARK) else 0)
    number = 0
    rest = b""
    for piece in _unpacked(file) if packed else iter(lambda: file.read(PIECE), b""):
        *whole, rest = (rest + piece).split(b"\n")
        for text in whole:
            number += 1
            yield _line(number, text)
        if len(rest) > LONGEST_LINE:
            raise BadFile(LONG_LINE, line=number + 1)
    if rest:
        yield _line(number + 1, rest)


def _unpacked(file: IO[bytes]) -> Iterator[bytes]:
    unpacking = zlib.decompressobj(_WINDOW)
    read = written = 0
    while not unpacking.eof:
        piece = unpacking.unconsumed_tail
        if not piece:
            piece = file.read(PIECE)
            read += len(piece)
            if not piece:
                raise BadFile(NO_GZIP)
        try:
            plain = unpacking.decompress(piece, PIECE)
        except zlib.error as error:
            raise BadFile(f"the file is no gzip: {error}") from None
        written += len(plain)
        if written > max(RATIO_FROM, MOST_RATIO * read):
            raise BadFile(TOO_DENSE)
        if written > MOST_UNPACKED:
            raise BadFile(TOO_LARGE.format(most=MOST_UNPACKED))
        yield plain


def _line(number: int, text: bytes) -> FileLine:
    spend(1 + len(text) // 20)
    if number > MOST_LINES:
        raise BadFile(MANY_LINES.format(most=MOST_LINES))
    if len(text) > LONGEST_LINE:
        raise BadFile(LONG_LINE, line=number)
    try:
        written = text.decode("utf-8")
        document = json.loads(written, parse_constant=_no_constant, parse_float=finite_number)
    except (ValueError, RecursionError) as error:
        raise BadFile(f"cannot be read as JSON: {error}", line=number) from None
    if not (isinstance(document, dict) and document):
        raise BadFile(NO_OBJECT, line=number)
    if _UNSTORABLE.search(written) and not _storable(document):
        raise BadFile(UNSTORABLE, line=number)
    kind, content = next(iter(document.items()))
    if kind == "nasweb":
        return FileLine(number, kind, document)
    if len(document) > 1:
        raise BadFile(NO_OBJECT, line=number)
    return FileLine(number, kind, content)


def _storable(document: Any) -> bool:
    try:
        text = json.dumps(document, ensure_ascii=False)
        text.encode()
    except UnicodeEncodeError:
        return False
    return _UNSTORABLE.search(text) is None


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")
