"""Text and JSON that people give in files, from editors and systems of every kind. Pure Python."""

import json
import math
import unicodedata
from typing import Any, NoReturn

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
"""Byte order marks, the longer one of two that begin alike first."""
_PACKED = (
    (b"\x1f\x8b", "gzip"), (b"PK\x03\x04", "zip"), (b"BZh", "bzip2"), (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"), (b"7z\xbc\xaf", "7-Zip"),
)  # fmt: skip


def packed_as(content: bytes) -> str:
    """The name of the packing that a file's first bytes tell of; empty: none that is known."""
    return next((name for mark, name in _PACKED if content.startswith(mark)), "")


def decoded(content: bytes) -> str:
    """UTF-8, or what a byte order mark says. Raises ValueError that says what is wrong."""
    if name := packed_as(content):
        raise ValueError(f"it is packed ({name}); unpack it first")
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decoded(content.removeprefix(mark), encoding)
    if b"\0" in content[:200]:
        raise ValueError("it is not UTF-8, but looks like UTF-16 without a mark; save it as UTF-8")
    return _decoded(content, "utf-8")


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ValueError(
            f"it is not {encoding.upper()} (line {line} holds the byte 0x{content[error.start]:02x}); save it as UTF-8"
        ) from None


def read_json(text: str) -> Any:
    """JSON as RFC 8259 has it, no field twice in an object. Raises ValueError, and RecursionError where it is nested
    too deeply."""
    return json.loads(text, parse_constant=_no_constant, object_pairs_hook=without_duplicates)


def finite_number(text: str) -> float:
    """1e999 is JSON, and no number that can be stored. Raises ValueError."""
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"the number {text[:40]} is too large")
    return value


def without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two values of one field the last would win without a word."""
    document = dict(pairs)
    if len(document) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the field {twice!r} stands twice in one object")
    return document


INVISIBLE = "holds nothing that can be seen; give it a letter, a digit or a sign"


def is_visible(text: str) -> bool:
    """Whether a name shows anything: not blank, and not made of marks without a width alone."""
    return any(
        unicodedata.category(character)[0] not in "CZ" and character not in _BLANK for character in text
    )


_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and symbols that are drawn as nothing: Hangul fillers and the empty Braille pattern."""


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
