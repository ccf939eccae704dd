"""Strict JSON request bodies."""

import math
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser
from ninja.types import DictStrAny

from search.api.problems import Fault, Problem, all_invalid
from search.evolution.text_input import read_json

MOST_BYTES = 2**20
"""A document of an experiment has 2 kB, a genotype of the largest space 20 kB."""
LARGEST_INTEGER = 2**63 - 1
BAD_TEXT = "holds the character NUL or half of a surrogate pair, which no text may"
BAD_NUMBER = "is larger than any number may be"
BAD_INTEGER = "is beyond what 64 bits hold"


class StrictParser(Parser):
    """JSON as RFC 8259 has it: UTF-8, no NaN, no field twice."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        return read_object(request.body)


def read_object(body: bytes) -> DictStrAny:
    """The JSON object in a body.

    Raises Problem: malformed (400) when it is no JSON, invalid (422) for what could not be stored.
    """
    try:
        document = read_json(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Problem("malformed", f"The body cannot be read as JSON: {error}") from None
    if not isinstance(document, dict):
        raise Problem("malformed", f"The body must be a JSON object, not {type(document).__name__}.")
    faults = list(unstorable(document))
    if faults:
        raise all_invalid(faults)
    return document


def unstorable(document: Any) -> Iterator[Fault]:
    """What PostgreSQL would refuse, wherever it stands: NUL, half surrogates, numbers beyond 64 bits."""
    todo: list[tuple[str, Any]] = [("", document)]
    while todo:  # no recursion: the depth is the sender's choice
        path, value = todo.pop()
        if isinstance(value, dict):
            for name, item in value.items():
                if unstorable_text(name):
                    yield Fault("body", path, f"a field's name {BAD_TEXT}", name)
                todo.append((f"{path}.{name}" if path else name, item))
        elif isinstance(value, list):
            todo.extend((f"{path}.{index}" if path else str(index), item) for index, item in enumerate(value))
        elif isinstance(value, str) and unstorable_text(value):
            yield Fault("body", path, BAD_TEXT, value)
        elif isinstance(value, int) and abs(value) > LARGEST_INTEGER:
            yield Fault("body", path, BAD_INTEGER, value)
        elif isinstance(value, float) and not math.isfinite(value):
            yield Fault("body", path, BAD_NUMBER, str(value))


def unstorable_text(text: str) -> bool:
    return "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text)
