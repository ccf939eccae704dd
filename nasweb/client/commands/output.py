"""Output of commands: tables for people, JSON lines for scripts."""

import codecs
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

Column = tuple[str, Callable[[Mapping[str, Any]], object]]
"""Heading, and what stands under it for a document."""


class Stream(Protocol):
    def write(self, text: str, /) -> object: ...
    def flush(self) -> object: ...


class Output:
    """`as_json` decides for all that is printed."""

    def __init__(self, stream: Stream, *, as_json: bool = False) -> None:
        self._stream = stream
        self._as_json = as_json

    def say(self, text: str) -> None:
        """For people alone."""
        if not self._as_json:
            self._stream.write(text + "\n")

    def raw(self, text: str) -> None:
        self._stream.write(text + "\n")

    def text(self, text: str) -> None:
        """Several lines of somebody else's."""
        for line in text.splitlines():
            self._stream.write(_printable(line) + "\n")

    def rows(self, documents: Iterable[Mapping[str, Any]], columns: tuple[Column, ...]) -> None:
        if self._as_json:
            for document in documents:
                self._object(document)
            return
        lines = [[heading for heading, _ in columns]]
        lines += [[_cell(value(document)) for _, value in columns] for document in documents]
        widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
        for line in lines:
            cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
            self._stream.write("  ".join(cells).rstrip() + "\n")

    def one(self, document: Mapping[str, Any], fields: tuple[Column, ...]) -> None:
        if self._as_json:
            self._object(document)
            return
        for name, value in fields:
            self._stream.write(f"{name + ':':<16}{_cell(value(document))}\n")

    def _object(self, document: Mapping[str, Any]) -> None:
        # Escapes where the console or the pipe could not take the characters themselves: it stays JSON.
        text = json.dumps(document, ensure_ascii=not _takes_all(self._stream), separators=(",", ":"))
        self._stream.write(text + "\n")


def _takes_all(stream: Stream) -> bool:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return codecs.lookup(encoding).name.startswith("utf")


def named(heading: str, field: str = "") -> Column:
    """A field as it is."""
    name = field or heading.replace(" ", "_")
    return heading, lambda document: document[name]


def per_cent(value: float | None) -> str | None:
    return None if value is None else f"{100 * value:.2f} %"


def _cell(value: object) -> str:
    """On one line, and nothing in it that a terminal would obey: names are other people's texts."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value) or "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    return _printable(str(value))


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "�" for character in text)
