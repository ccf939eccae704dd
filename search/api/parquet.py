"""Streaming Parquet writer for our tables, without a library.

The libraries that write it bring 30 to 130 MB into every web process for this one kind of file; what is needed is a
page of code, and tests read it back with one of them. One data page for each column of each group of rows, PLAIN
values, gzip. (Format: https://parquet.apache.org/docs/file-format/; its metadata is in Thrift's compact protocol.)
"""

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Literal

Kind = Literal["boolean", "integer", "number", "text", "moment"]
ROWS_IN_GROUP = 5000
MAGIC = b"PAR1"
PLAIN, RLE = 0, 3
GZIP_CODEC, GZIP_WINDOW = 2, 31
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECONDS = 1_000_000


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    name: str
    kind: Kind
    nullable: bool


# --- Thrift's compact protocol: a structure is its fields as (number, type, value) --------------------------
I32, I64, BINARY, LIST, STRUCT, BOOLEAN = 5, 6, 8, 9, 12, 1
Field = tuple[int, int, Any]
Structure = list[Field]


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _value(kind: int, value: Any) -> bytes:
    if kind in (I32, I64):
        return _varint(value << 1 if value >= 0 else (-value << 1) - 1)  # zigzag
    if kind == BINARY:
        content = value.encode()
        return _varint(len(content)) + bytes(content)
    if kind == STRUCT:
        return thrift(value)
    inner, items = value
    head = (
        bytes([len(items) << 4 | inner]) if len(items) < 15 else bytes([0xF0 | inner]) + _varint(len(items))
    )
    return head + b"".join(_value(inner, item) for item in items)


def thrift(fields: Structure) -> bytes:
    """Fields in order of their numbers, none further than 15 from the one before."""
    out, last = bytearray(), 0
    for number, kind, value in fields:
        sort = (1 if value else 2) if kind == BOOLEAN else kind
        out.append(number - last << 4 | sort)
        if kind != BOOLEAN:
            out += _value(kind, value)
        last = number
    return bytes(out) + b"\0"


# --- Values -------------------------------------------------------------------------------------------------
def _booleans(values: Sequence[Any]) -> bytes:
    """A bit each, the first one the lowest of its byte."""
    bits = sum(1 << place for place, value in enumerate(values) if value)
    return bits.to_bytes(-(-len(values) // 8), "little")


def _texts(values: Sequence[Any]) -> bytes:
    encoded = (value.encode() for value in values)
    return b"".join(struct.pack("<I", len(text)) + text for text in encoded)


def _moments(values: Sequence[Any]) -> bytes:
    microseconds = ((value - EPOCH) for value in values)
    numbers = [(gap.days * 86_400 + gap.seconds) * MICROSECONDS + gap.microseconds for gap in microseconds]
    return struct.pack(f"<{len(numbers)}q", *numbers)


_STRING: Structure = [(1, STRUCT, [])]
_MICROS: Structure = [(8, STRUCT, [(1, BOOLEAN, True), (2, STRUCT, [(2, STRUCT, [])])])]
"""Moments in UTC, in microseconds."""
KINDS: dict[Kind, tuple[int, int | None, Structure, Callable[[Sequence[Any]], bytes]]] = {
    "boolean": (0, None, [], _booleans),
    "integer": (2, None, [], lambda values: struct.pack(f"<{len(values)}q", *values)),
    "number": (5, None, [], lambda values: struct.pack(f"<{len(values)}d", *values)),
    "text": (6, 0, _STRING, _texts),
    "moment": (2, 10, _MICROS, _moments),
}
"""Physical type, converted type for older readers, logical type, and how values are written."""


# --- The file -----------------------------------------------------------------------------------------------
def parquet(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """The file in pieces, one for each group of rows: so many are in memory at once."""
    yield MAGIC
    place, groups, count = len(MAGIC), [], 0
    rest = iter(rows)
    while chunk := list(islice(rest, ROWS_IN_GROUP)):
        content, group = _group(columns, chunk, place)
        yield content
        place += len(content)
        count += len(chunk)
        groups.append(group)
    foot = thrift(
        [
            (1, I32, 1),
            (2, LIST, (STRUCT, [_root(columns), *map(_schema, columns)])),
            (3, I64, count),
            (4, LIST, (STRUCT, groups)),
            (6, BINARY, "nasweb"),
        ]
    )
    yield foot + struct.pack("<I", len(foot)) + MAGIC


def _root(columns: Sequence[Column]) -> Structure:
    return [(4, BINARY, "individuals"), (5, I32, len(columns))]


def _schema(column: Column) -> Structure:
    physical, converted, logical, _ = KINDS[column.kind]
    fields: Structure = [(1, I32, physical), (3, I32, int(column.nullable)), (4, BINARY, column.name)]
    if converted is not None:
        fields += [(6, I32, converted), (10, STRUCT, logical)]
    return fields


def _group(columns: Sequence[Column], rows: Sequence[Sequence[Any]], place: int) -> tuple[bytes, Structure]:
    content, chunks = bytearray(), []
    for index, column in enumerate(columns):
        chunk, described = _chunk(column, [row[index] for row in rows], place + len(content))
        content += chunk
        chunks.append(described)
    return bytes(content), [(1, LIST, (STRUCT, chunks)), (2, I64, len(content)), (3, I64, len(rows))]


def _chunk(column: Column, values: Sequence[Any], place: int) -> tuple[bytes, Structure]:
    """One column of one group: a page with its head, and what the foot says of it."""
    physical, _, _, written = KINDS[column.kind]
    plain = written([value for value in values if value is not None] if column.nullable else values)
    if column.nullable:
        levels = _booleans([value is not None for value in values])
        run = _varint(len(levels) << 1 | 1) + levels  # one bit-packed run, in groups of eight
        plain = struct.pack("<I", len(run)) + run + plain
    packing = zlib.compressobj(6, zlib.DEFLATED, GZIP_WINDOW)
    packed = packing.compress(plain) + packing.flush()
    page = [(1, I32, len(values)), (2, I32, PLAIN), (3, I32, RLE), (4, I32, RLE)]
    head = thrift([(1, I32, 0), (2, I32, len(plain)), (3, I32, len(packed)), (5, STRUCT, page)])
    described: Structure = [
        (1, I32, physical),
        (2, LIST, (I32, [PLAIN, RLE])),
        (3, LIST, (BINARY, [column.name])),
        (4, I32, GZIP_CODEC),
        (5, I64, len(values)),
        (6, I64, len(head) + len(plain)),
        (7, I64, len(head) + len(packed)),
        (9, I64, place),
    ]
    return head + packed, [(2, I64, place), (3, STRUCT, described)]
