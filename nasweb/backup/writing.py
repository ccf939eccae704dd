"""Backup writer for a running installation."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from nasweb.backup import layout
from nasweb.backup.layout import BackupError
from search.database.snapshot import snapshot

ROWS_AT_ONCE = 2000


@dataclass(frozen=True)
class Contents:
    rows: dict[str, int]
    """Table -> rows."""
    checkpoints: int


def write_backup(path: Path) -> Contents:
    """Everything as it is at this moment; searches go on meanwhile. The file is there as a whole or not at all, and
    only its owner may read it: it holds people's password hashes. Raises BackupError."""
    if path.exists():
        raise BackupError(f"{path} exists; a backup is never written over another one.")
    with _whole_or_not_at_all(path) as part, ZipFile(part, "w", ZIP_DEFLATED) as archive, snapshot():
        migrations = layout.applied_migrations()
        if not any(app == "search" for app, _ in migrations):
            raise BackupError("The database has no tables yet: there is nothing to back up.")
        tables = {}
        rows = {}
        for model in layout.models_at(migrations):
            name = layout.label(model)
            tables[name] = [field.attname for field in layout.columns(model)]
            rows[name] = _write_table(archive, model, tables[name])
        contents = Contents(rows, _write_checkpoints(archive))
        manifest = {
            "format": layout.FORMAT,
            "made_at": timezone.now().isoformat(),
            "database": connection.vendor,
            "migrations": migrations,
            "tables": {name: {"columns": tables[name], "rows": rows[name]} for name in tables},
            "checkpoints": contents.checkpoints,
        }
        archive.writestr(layout.MANIFEST, json.dumps(manifest, indent=1))
    return contents


def _write_table(archive: ZipFile, model: type[Model], names: list[str]) -> int:
    count = 0
    with archive.open(f"{layout.TABLES}{layout.label(model)}.jsonl", "w", force_zip64=True) as file:
        rows = model._base_manager.order_by("pk").values_list(*names)
        for row in rows.iterator(chunk_size=ROWS_AT_ONCE):
            file.write(layout.written(row))
            count += 1
    return count


def _write_checkpoints(archive: ZipFile) -> int:
    """And kept weights, those that this machine sees. What ends or changes meanwhile is left out or newer: a
    checkpoint only saves time."""
    count = 0
    folder = Path(settings.CHECKPOINT_DIR)
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_symlink() or not path.is_file() or path.name.endswith(".part"):
            continue
        with suppress(FileNotFoundError):
            archive.write(path, f"{layout.CHECKPOINTS}{path.relative_to(folder).as_posix()}")
            count += 1
    return count


@contextmanager
def _whole_or_not_at_all(path: Path) -> Iterator[Path]:
    part = path.with_name(f"{path.name}.part")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        yield part
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.rename(path)
    except OSError as error:
        raise BackupError(f"{path} cannot be written: {error.strerror or error}.") from None
    finally:
        part.unlink(missing_ok=True)
