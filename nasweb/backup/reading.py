"""Restore: reads a backup into an empty database."""

import json
import logging
import shutil
import zlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from nasweb.backup import layout
from nasweb.backup.layout import BackupError, Migration
from nasweb.backup.writing import Contents
from search import services

log = logging.getLogger(__name__)

ROWS_AT_ONCE = 500
OWN = ("search.", "auth.user")
"""Tables that must be empty: whoever restores over his searches or accounts would lose them."""
NOT_WHOLE = "{path} is not a whole backup of nasweb: {problem}."
NOT_EMPTY = (
    "The database is not empty: it holds {count} rows of {table}. Restore into a new one (DATABASE_URL), or on one "
    "machine into an empty folder (NASWEB_VAR_DIR)."
)
TOO_FAR = (
    "The database has migrations that the backup does not know ({name}); it was prepared by a newer version. Restore "
    "into a database without tables: they are made, filled and then brought up to date."
)


def restore_backup(path: Path) -> Contents:
    """Make the tables that the backup was taken from, fill them in one transaction, bring them up to this version, and
    let everything wait that was being trained. Raises BackupError, and has then changed no row."""
    try:
        with path.open("rb") as file:
            return _restore(path, file)
    except (BadZipFile, EOFError, zlib.error) as error:
        raise BackupError(NOT_WHOLE.format(path=path, problem=error)) from None
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror or error}.") from None


def _restore(path: Path, file: BinaryIO) -> Contents:
    with ZipFile(file) as archive:
        if broken := archive.testzip():
            raise BackupError(NOT_WHOLE.format(path=path, problem=f"{broken} is damaged"))
        manifest = _manifest(path, archive)
        migrations: list[Migration] = [(app, name) for app, name in manifest["migrations"]]
        models = layout.models_at(migrations)
        _migrate_to(migrations, models)
        _fill(archive, models, manifest["tables"])
        call_command("migrate", interactive=False, verbosity=0)
        services.release_everything()
        return Contents(
            {name: table["rows"] for name, table in manifest["tables"].items()}, _checkpoints(archive)
        )


def _manifest(path: Path, archive: ZipFile) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(archive.read(layout.MANIFEST))
        version = manifest["format"]
    except (KeyError, ValueError, TypeError):
        raise BackupError(NOT_WHOLE.format(path=path, problem="it has no manifest")) from None
    if version != layout.FORMAT:
        raise BackupError(f"{path} has the format {version}; this version reads format {layout.FORMAT}.")
    return manifest


def _migrate_to(migrations: list[Migration], models: list[type[Model]]) -> None:
    """Bring an empty database to where the backup was taken; it may have been migrated so far already."""
    applied = set(MigrationRecorder(connection).applied_migrations())
    if more := sorted(applied - set(migrations)):
        raise BackupError(TOO_FAR.format(name=".".join(more[0])))
    if applied:
        _check_empty(models)
    executor = MigrationExecutor(connection)
    executor.migrate(sorted(layout.ends_of(executor.loader, set(migrations))))


def _check_empty(models: list[type[Model]]) -> None:
    present = set(connection.introspection.table_names())
    for model in models:
        name = layout.label(model)
        if not name.startswith(OWN) or model._meta.db_table not in present:
            continue
        if count := model._base_manager.count():
            raise BackupError(NOT_EMPTY.format(count=count, table=name))


@transaction.atomic
def _fill(archive: ZipFile, models: list[type[Model]], tables: dict[str, Any]) -> None:
    """Foreign keys are checked at the commit, so the order of the tables does not matter."""
    for model in models:  # what migrations and their signals have put there
        model._base_manager.all()._raw_delete(connection.alias)
    for model in models:
        name = layout.label(model)
        if name not in tables:
            raise BackupError(f"The backup has no table {name}.")
        with archive.open(f"{layout.TABLES}{name}.jsonl") as lines:
            rows = layout.read_rows(model, tables[name]["columns"], lines)
            stored = sum(_store(model, batch) for batch in _batches(rows))
        if stored != tables[name]["rows"]:
            raise BackupError(f"The backup has {stored} rows of {name} instead of {tables[name]['rows']}.")
    if resets := connection.ops.sequence_reset_sql(no_style(), models):
        with connection.cursor() as cursor:
            for statement in resets:
                cursor.execute(statement)


def _batches(rows: Iterator[Model]) -> Iterator[list[Model]]:
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        yield batch


def _store(model: type[Model], rows: list[Model]) -> int:
    model._base_manager.bulk_create(rows)
    return len(rows)


def _checkpoints(archive: ZipFile) -> int:
    """Into this installation's folder, and nowhere else whatever their names say."""
    folder = Path(settings.CHECKPOINT_DIR)
    count = 0
    for name in archive.namelist():
        place = PurePosixPath(name.removeprefix(layout.CHECKPOINTS))
        if not name.startswith(layout.CHECKPOINTS) or place.is_absolute() or ".." in place.parts:
            continue
        target = folder.joinpath(*place.parts)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(name) as state, target.open("wb") as file:
                shutil.copyfileobj(state, file)
        except OSError as error:  # the rows are there; a checkpoint only saves time
            log.warning("%s cannot be written, so its training starts again: %s", target, error)
            with suppress(OSError):
                target.unlink(missing_ok=True)
        else:
            count += 1
    return count
