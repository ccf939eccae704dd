"""A database by its address, asked as no code of the project asks: what an older release left must be told apart
from what the present one makes of it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg2


@dataclass(frozen=True)
class Database:
    address: str

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self._connection() as connection, closing(connection.cursor()) as cursor:
            cursor.execute(sql)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    def value(self, sql: str) -> Any:
        return self.rows(sql)[0][0]

    def load(self, script: Path) -> None:
        """A dump into an empty database."""
        with self._connection() as connection, closing(connection.cursor()) as cursor:
            if self.is_sqlite:
                cursor.executescript(script.read_text())
            else:
                cursor.execute(script.read_text())
            connection.commit()

    @property
    def is_sqlite(self) -> bool:
        return self.address.startswith("sqlite")

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        if self.is_sqlite:
            connection: Any = sqlite3.connect(unquote(urlsplit(self.address).path[1:]), timeout=20)
        else:
            connection = psycopg2.connect(self.address)
        with closing(connection):
            yield connection


@contextmanager
def new_database(server: str, name: str) -> Iterator[Database]:
    """An empty database on a PostgreSQL server (its address ending in /), gone afterwards."""
    _command(server, f"CREATE DATABASE {name}")
    try:
        yield Database(f"{server}{name}")
    finally:
        _command(server, f"DROP DATABASE {name} WITH (FORCE)")


def _command(server: str, sql: str) -> None:
    with closing(psycopg2.connect(f"{server}postgres")) as connection, closing(connection.cursor()) as cursor:
        connection.autocommit = True
        cursor.execute(sql)
