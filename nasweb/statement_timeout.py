"""Statement timeout of the web processes: a query that takes too long is cut off (nasweb.database_outage answers).

PostgreSQL counts seconds. SQLite, which has no such limit, counts the instructions of its machine: what streams an
export leaves its statement open for as long as somebody reads it.
"""

from typing import Any

from django.conf import settings
from django.db.backends.signals import connection_created

INSTRUCTIONS_A_SECOND = 20_000_000
"""SQLite's, on a slow machine."""
BETWEEN_LOOKS = 100_000


def limit_statements() -> None:
    """From now on, in this process: called by what serves the web, and by nothing that works or keeps house."""
    connection_created.connect(_limit, dispatch_uid="nasweb.statement_timeout")


def _limit(connection: Any, **_: Any) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = %s", [round(1000 * settings.STATEMENT_SECONDS)])
    elif connection.vendor == "sqlite":
        _count_instructions(connection)


def _count_instructions(connection: Any) -> None:
    left = [0]

    def begin(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        left[0] = round(settings.STATEMENT_SECONDS * INSTRUCTIONS_A_SECOND / BETWEEN_LOOKS)
        return execute(sql, parameters, many, context)

    def look() -> bool:
        left[0] -= 1
        return left[0] < 0

    # First in the list: a request's own wrapper, inside which a connection is opened, is taken off as the last one.
    others = [one for one in connection.execute_wrappers if one.__name__ != "begin"]
    connection.execute_wrappers[:] = [begin, *others]
    connection.connection.set_progress_handler(look, BETWEEN_LOOKS)
