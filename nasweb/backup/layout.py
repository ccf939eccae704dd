"""Backup format: tables, columns, and the encoding of values."""

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.apps.registry import Apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import Field, Model

FORMAT = 1
MANIFEST = "manifest.json"
TABLES = "tables/"
CHECKPOINTS = "checkpoints/"
LEFT_OUT = frozenset({"sessions.session"})
"""Who is logged in where: worth nothing elsewhere, and a theft for whoever finds the file."""

Migration = tuple[str, str]


class BackupError(Exception):
    """A backup cannot be written or read; the text says why and what helps."""


def applied_migrations() -> list[Migration]:
    """What the database has, of what this version knows."""
    loader = MigrationLoader(connection)
    return sorted(key for key in loader.applied_migrations if key in loader.graph.nodes)


def models_at(migrations: Iterable[Migration]) -> list[type[Model]]:
    """The tables as they are after these migrations, in a fixed order. Raises BackupError for an unknown migration."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    wanted = set(migrations)
    if unknown := sorted(wanted - set(loader.graph.nodes)):
        app, name = unknown[0]
        raise BackupError(
            f"It was made by a newer version of nasweb, which knows the migration {app}.{name}."
        )
    state = loader.project_state(sorted(ends_of(loader, wanted)))
    apps: Apps = state.apps
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return sorted((m for m in models if label(m) not in LEFT_OUT and not m._meta.proxy), key=label)


def ends_of(loader: MigrationLoader, migrations: set[Migration]) -> set[Migration]:
    """The last ones of each branch: migrating to them applies the others."""
    graph = loader.graph
    return {
        key
        for key in migrations
        if not any(
            child.key in migrations and child.key[0] == key[0] for child in graph.node_map[key].children
        )
    }


def label(model: type[Model]) -> str:
    return str(model._meta.label_lower)


def columns(model: type[Model]) -> "Sequence[Field[Any, Any]]":
    return [field for field in model._meta.concrete_fields if not getattr(field, "generated", False)]


def written(row: Sequence[object]) -> bytes:
    """One row as a line. Times keep their microseconds, floats every bit."""
    return json.dumps(row, default=_as_text, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _as_text(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, uuid.UUID | Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be written to a backup")


def read_rows(model: type[Model], names: Sequence[str], lines: Iterable[bytes]) -> Iterator[Model]:
    fields = {field.attname: field for field in columns(model)}
    if unknown := [name for name in names if name not in fields]:
        raise BackupError(f"It holds columns that {label(model)} does not have: {', '.join(unknown)}.")
    for line in lines:
        values = json.loads(line)
        yield model(
            **{name: fields[name].to_python(value) for name, value in zip(names, values, strict=True)}
        )
