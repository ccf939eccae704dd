"""How statements travel to PostgreSQL: several in one message, and prepared there. SQLite is called, not sent to.

A step waits for the database some dozen times, and the server takes two fifths of its time to read and plan texts
that it has read before (docs/performance.md).
"""

import itertools
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection

log = logging.getLogger(__name__)

Values = Sequence[Any]
Part = tuple[str, Values]
BETWEEN = ";\n"
"""Stands between the statements of one message."""
PLAN_SECONDS = 10.0
"""Age at which a plan is made anew: the tables of a search that has just begun grow faster than their statistics."""
MOST_PREPARED = 100
"""Statements of one connection: only texts that are put together once are prepared, and there are some thirty."""
UNKNOWN_STATEMENT = "26000"
"""PostgreSQL's code. A pool in between gives each transaction another session."""


_KIND = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE)\b.*?\b(search_[a-z]+)", re.DOTALL)


class _State(threading.local):
    late: list[Part] | None = None
    """Written, but not sent yet; None outside of `few_round_trips`."""


class _Prepared:
    """What one connection has prepared."""

    numbers = itertools.count(1)

    def __init__(self) -> None:
        self._names: dict[str, tuple[str, float]] = {}
        self._first = ""

    def forget(self) -> None:
        """A message failed or was never sent: nobody knows which of its statements are there."""
        self._names, self._first = {}, f"DEALLOCATE ALL{BETWEEN}"

    def call(self, sql: str, values: Values) -> Part:
        """EXECUTE, and before it, once in a while, PREPARE."""
        name, made = self._names.get(sql, ("", 0.0))
        before, self._first = self._first, ""
        if not name or time.monotonic() - made > PLAN_SECONDS:
            if name:
                before += f"DEALLOCATE {name}{BETWEEN}"
            elif len(self._names) >= MOST_PREPARED:
                return before + sql, values
            name = f"{_kind(sql)}_{next(self.numbers)}"
            pieces = sql.split("%s")
            text = (
                "".join(f"{piece}${place}" for place, piece in enumerate(pieces[:-1], start=1)) + pieces[-1]
            )
            before += f"PREPARE {name} AS {text}{BETWEEN}"
            self._names[sql] = (name, time.monotonic())
        return f"{before}EXECUTE {name} ({', '.join(['%s'] * len(values))})", values


_state = _State()
_prepared: "WeakKeyDictionary[Any, _Prepared]" = WeakKeyDictionary()
_preparing = False


def prepare_statements(on: bool = True) -> None:
    """Have this process prepare the statements that it runs again and again: one that takes steps all day."""
    global _preparing
    _preparing = on


def preparing() -> bool:
    return _preparing


def run(cursor: Any, parts: Sequence[Part]) -> None:
    """Execute statements in one message, after those that wait to be sent."""
    try:
        cursor.execute(*_joined([_called(*part) for part in parts]))
    except Exception as error:
        _failed(error)
        raise


def run_later(sql: str, values: Values) -> bool:
    """Have the next message carry this statement, if there is one to come; its result is nobody's concern."""
    if _state.late is None:
        return False
    _state.late.append(_called(sql, values))
    return True


@contextmanager
def few_round_trips() -> Iterator[None]:
    """Within a transaction: what is written and gives nothing back travels with the next statement, whoever runs
    it, or at the end of the block. What it raises is raised there. An exception drops what was not sent: the
    transaction must end with it."""
    if connection.vendor != "postgresql" or _state.late is not None:
        yield
        return
    assert connection.in_atomic_block
    _state.late = []
    try:
        with connection.execute_wrapper(_with_what_is_late):
            yield
            if _state.late:
                with connection.cursor() as cursor:
                    cursor.execute(*_state.late.pop())
    finally:
        if _state.late:
            _forget()
        _state.late = None


def _with_what_is_late(
    execute: Callable[..., Any], sql: str, values: Values | None, many: bool, context: dict[str, Any]
) -> Any:
    late = _state.late
    if not late:
        return execute(sql, values, many, context)
    _state.late = []
    if sql.startswith("ROLLBACK"):  # what came before the savepoint was sent with it
        _forget()
        return execute(sql, values, many, context)
    if many or context["cursor"].cursor.name:  # a cursor with a name declares one statement
        with connection.cursor() as cursor:
            _state.late, last = late[:-1], late[-1]
            cursor.execute(*last)
        return execute(sql, values, many, context)
    own = (sql.replace("%", "%%"), ()) if values is None else (sql, values)
    try:
        return execute(*_joined([*late, own]), False, context)
    except Exception as error:
        _failed(error)
        raise


def _kind(sql: str) -> str:
    """For whoever looks at what a session does: `update_search_evaluation`."""
    found = _KIND.search(sql)
    return "_".join(found.groups()).lower() if found else "nasweb"


def _joined(parts: Sequence[Part]) -> Part:
    if len(parts) == 1:
        return parts[0]
    return BETWEEN.join(sql for sql, _ in parts), [value for _, values in parts for value in values]


def _called(sql: str, values: Values) -> Part:
    if not _preparing or not values or connection.vendor != "postgresql":
        return sql, values
    connection.ensure_connection()
    raw = connection.connection
    known = _prepared.get(raw)
    if known is None:
        known = _prepared[raw] = _Prepared()
    return known.call(sql, values)


def _failed(error: Exception) -> None:
    if getattr(error.__cause__, "pgcode", None) == UNKNOWN_STATEMENT and _preparing:
        log.warning("prepared statements do not stay on this connection, going on without: %s", error)
        prepare_statements(False)
    _forget()


def _forget() -> None:
    if connection.vendor == "postgresql" and connection.connection in _prepared:
        _prepared[connection.connection].forget()
