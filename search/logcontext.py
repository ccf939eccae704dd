"""Structured logging context: fields added to every log record inside a block.

    with about(evaluation=17, worker="training@host"):
        ...

Every formatter of the project (nasweb/logs.py) adds them, so that nobody hands them from function to function.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

_fields: ContextVar[Mapping[str, object]] = ContextVar("fields", default=MappingProxyType({}))


@contextmanager
def about(**fields: object) -> Iterator[None]:
    token = _fields.set({**_fields.get(), **fields})
    try:
        yield
    finally:
        _fields.reset(token)


def only_problems() -> None:
    """For a command whose terminal a person watches: what went well is not told line by line."""
    root = logging.getLogger()
    root.setLevel(max(root.level, logging.WARNING))


def present_fields() -> Mapping[str, object]:
    return _fields.get()
