"""Database at start-up: migrated, or refused with advice."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

SERVER = "The database of DATABASE_URL does not answer: {problem}"
UNREADABLE = (
    "The database {path} cannot be read: {problem}. Move it aside, with {path}-wal and {path}-shm if they are there, "
    "and start again: with an empty one, or after `manage.py restore FILE` with that of a backup."
)
FULL = (
    "There is no room left for the database {path}: {problem}. Free some, then start again; nothing is lost."
)
CLOSED = (
    "The database {path} cannot be opened for writing: {problem}. Check who owns the file and its folder."
)
OTHER = "The database {path} refuses to work: {problem}."
NEWER = (
    "The database was used by a newer version of nasweb, which knows the migration {name}. Start that version, or "
    "restore a backup of this one into another folder (NASWEB_VAR_DIR) or database."
)


ENCODING = (
    "The database of DATABASE_URL keeps its texts as {encoding}, which cannot hold all that names may hold. Make one "
    "that is UTF-8 (createdb --encoding UTF8 --template template0 NAME), and restore a backup into it if there is data."
)


class NewerDatabase(Exception):
    """It holds what this version does not know."""


class WrongEncoding(Exception):
    """It cannot store every text."""


def check_encoding() -> None:
    """Raises WrongEncoding."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        (encoding,) = cursor.fetchone()
    if encoding != "UTF8":
        raise WrongEncoding(ENCODING.format(encoding=encoding))


def pending_migrations() -> bool:
    """Raises NewerDatabase."""
    executor = MigrationExecutor(connection)
    known = executor.loader.graph.nodes
    ours = {app for app, _ in known}
    if newer := sorted(
        key for key in executor.loader.applied_migrations if key[0] in ours and key not in known
    ):
        raise NewerDatabase(NEWER.format(name=".".join(newer[0])))
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def told(error: DatabaseError) -> str:
    """What is wrong, in words of a person who has to mend it."""
    problem = str(error).strip()
    if connection.vendor != "sqlite":
        return SERVER.format(problem=problem)
    text = OTHER
    if "not a database" in problem or "malformed" in problem or "disk image" in problem:
        text = UNREADABLE
    elif "full" in problem or "disk I/O" in problem:
        text = FULL
    elif "unable to open" in problem or "readonly" in problem:
        text = CLOSED
    return text.format(path=settings.DATABASES["default"]["NAME"], problem=problem)
