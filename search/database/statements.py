"""Precompiled SQL for the dozen statements of a step: select, insert and update of models without the ORM's compiler.

Django's querysets compile their SQL anew each time, which took two thirds of a step (docs/performance.md). Here a
statement's text is made once for a model and its columns and kept; values go through the fields as in a queryset,
so that one text serves PostgreSQL and SQLite. What runs less often than every step uses querysets.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.db.models import Field, Model

__all__ = [
    "Part", "add", "ask", "ask_last", "change", "columns_of", "gave_up_waiting",
    "give_up_waiting", "in_turn", "insert", "locked", "now", "numbers", "select",
    "select_with", "update",
]  # fmt: skip

Row = TypeVar("Row", bound=Model)
Values = Sequence[Any]
Part = tuple[str, Values]
"""A statement with its values."""
Names = tuple[str, ...]
TURN = 20181
"""Names our kind of advisory lock: the first of its two numbers."""
PATIENCE_MS = 100
LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's code."""


def now() -> str:
    """The database's clock, as Django's `Now()` writes it."""
    postgresql = connection.vendor == "postgresql"
    return "STATEMENT_TIMESTAMP()" if postgresql else "STRFTIME('%%Y-%%m-%%d %%H:%%M:%%f', 'NOW')"


def locked() -> str:
    """Ends a SELECT whose rows are ours until the transaction ends. SQLite holds its one write lock anyway."""
    return "FOR NO KEY UPDATE" if connection.vendor == "postgresql" else ""


def in_turn(ids: str, values: Values = ()) -> list[Part]:
    """Before a SELECT whose rows are ours afterwards: who came first is served first. PostgreSQL's queue for a row
    that each holder changes begins anew with every version of it, and a late-comer overtakes; that for an advisory
    lock does not. `ids` is a SELECT of the numbers, in the order in which they are taken."""
    if connection.vendor != "postgresql":
        return []
    return [(f"SELECT pg_advisory_xact_lock({TURN}, id::int) FROM ({ids}) taken", values)]


def give_up_waiting() -> None:
    """From here on this transaction waits for nobody's lock for long, but fails: for one that holds locks while it
    takes others in no order. SQLite has no locks to wait for within a transaction."""
    if connection.vendor == "postgresql":
        change(f"SET LOCAL lock_timeout = '{PATIENCE_MS}ms'")


def gave_up_waiting(error: Exception) -> bool:
    """Whether a transaction failed because of that."""
    return getattr(error.__cause__, "pgcode", None) == LOCK_NOT_AVAILABLE


def numbers(values: Iterable[int]) -> str:
    """The inside of `IN (...)`, which no driver has to quote; matches nothing when there are none."""
    return ",".join(f"{value:d}" for value in values) or "NULL"


def ask(sql: str, values: Values = ()) -> list[tuple[Any, ...]]:
    """All rows, as the database gives them."""
    return ask_last([(sql, values)])


def ask_last(parts: Sequence[Part]) -> list[tuple[Any, ...]]:
    """The rows of the last of several statements, in one transaction."""
    if len(parts) > 1:
        with transaction.atomic(savepoint=False):
            for sql, values in parts[:-1]:
                change(sql, values)
            return ask(*parts[-1])
    with connection.cursor() as cursor:
        cursor.execute(*parts[0])
        return list(cursor.fetchall())


def change(sql: str, values: Values = ()) -> int:
    """How many rows an UPDATE changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def select(model: type[Row], rest: str, values: Values = (), *, first: Sequence[Part] = ()) -> list[Row]:
    """`SELECT <all columns> FROM <table> <rest>`, as instances. `first` goes before."""
    columns = columns_of(model)
    rows = ask_last([*first, (f"SELECT {columns.names} FROM {columns.table} {rest}", values)])
    return [columns.instance(row) for row in rows]


def select_with(model: type[Row], relation: str, rest: str, values: Values = ()) -> list[Row]:
    """The same with the row that a foreign key names, which is never null."""
    field: Any = model._meta.get_field(relation)
    own, other = columns_of(model), columns_of(field.related_model)
    sql = (
        f"SELECT {own.names}, {other.names} FROM {own.table}"
        f" JOIN {other.table} ON {other.table}.id = {own.table}.{field.column} {rest}"
    )
    found = []
    for values_of_both in ask(sql, values):
        row = own.instance(values_of_both[: own.count])
        setattr(row, relation, other.instance(values_of_both[own.count :]))
        found.append(row)
    return found


def insert(rows: Sequence[Model], *, clock: Names = (), conflict: str = "") -> None:
    """Insert rows of one model, which get their ids; the columns of `clock` get the database's time. `conflict` is
    an ON CONFLICT clause. With DO NOTHING, for a single row, the row that is there already keeps its id from us."""
    columns = columns_of(type(rows[0]))
    values = [value for row in rows for value in columns.values(row, clock)]
    each = columns.placeholders(clock)
    sql = f"{columns.insert} VALUES {', '.join([each] * len(rows))} {conflict} RETURNING id"
    for row, (key,) in zip(rows, ask(sql, values), strict=False):
        row.pk = key
        row._state.adding, row._state.db = False, connection.alias


def add(rows: Sequence[Model], *, conflict: str = "") -> None:
    """`insert` for rows whose ids nobody asks for."""
    columns = columns_of(type(rows[0]))
    each = columns.placeholders(())
    sql = f"{columns.insert} VALUES {', '.join([each] * len(rows))} {conflict}"
    change(sql, [value for row in rows for value in columns.values(row, ())])


def update(row: Model, names: Names, *, clock: Names = ()) -> None:
    """Write these fields of a row that is there; those of `clock` get the database's time."""
    sql, writers = _update(type(row), names, clock, connection.vendor)
    change(sql, [*(writer.value(row) for writer in writers), row.pk])


class Columns:
    """A model's columns: how they are read into an instance, and written from one."""

    def __init__(self, model: type[Model]) -> None:
        table, fields = model._meta.db_table, model._meta.concrete_fields
        self._model = model
        self._attributes = [field.attname for field in fields]
        self._converters = []
        for place, field in enumerate(fields):
            column = field.get_col(table)
            found = [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
            self._converters += [(place, convert, column) for convert in found]
        # Left to the database: the id, and what has a default there.
        self._given = [field for field in fields if not field.primary_key and not field.has_db_default()]
        self._writers = [_Writer(field) for field in self._given]
        self.table, self.count = table, len(fields)
        self.names = ", ".join(f"{table}.{field.column}" for field in fields)
        self.insert = f"INSERT INTO {table} ({', '.join(str(field.column) for field in self._given)})"

    def instance(self, row: tuple[Any, ...]) -> Any:
        values = list(row)
        for place, convert, column in self._converters:
            values[place] = convert(values[place], column, connection)
        return self._model.from_db(connection.alias, self._attributes, values)

    def placeholders(self, clock: Names) -> str:
        return f"({', '.join(now() if field.name in clock else '%s' for field in self._given)})"

    def values(self, row: Model, clock: Names) -> list[Any]:
        return [writer.value(row) for writer in self._writers if writer.name not in clock]


def columns_of(model: type[Model]) -> Columns:
    return _columns(model, connection.vendor)


@lru_cache
def _columns(model: type[Model], vendor: str) -> Columns:
    return Columns(model)


@lru_cache
def _update(model: type[Model], names: Names, clock: Names, vendor: str) -> "tuple[str, list[_Writer]]":
    fields = [field for field in model._meta.concrete_fields if field.name in names]
    assignments = [f"{field.column} = %s" for field in fields] + [f"{name} = {now()}" for name in clock]
    sql = f"UPDATE {model._meta.db_table} SET {', '.join(assignments)} WHERE id = %s"
    return sql, [_Writer(field) for field in fields]


class _Writer:
    """How a field's value is handed to the driver: numbers, texts and nulls as they are, which takes a quarter of the
    time that asking the field for each does."""

    def __init__(self, field: "Field[Any, Any]") -> None:
        self.name, self._field, self._attribute = field.name, field, field.attname
        stored = field.target_field if isinstance(field, models.ForeignKey) else field
        self._plain = next((kind for fields, kind in _PLAIN if isinstance(stored, fields)), None)

    def value(self, row: Model) -> Any:
        value = getattr(row, self._attribute)
        if self._plain and (value is None or type(value) is self._plain):
            return value
        return self._field.get_db_prep_save(value, connection)


_PLAIN: tuple[tuple[Any, type], ...] = (
    (models.BooleanField, bool),
    (models.IntegerField, int),
    (models.FloatField, float),
    ((models.CharField, models.TextField), str),
)
"""Kinds of fields, with the type whose values the driver takes as they are."""
