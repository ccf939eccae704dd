"""Validation of one archive row: fields complete and known, types and bounds right."""

import json
import math
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from django.db import models

from search.selectors.archive import Layout
from search.services.importing.reading import BadFile, FileLine

INTEGERS = {
    "PositiveSmallIntegerField": (0, 2**15 - 1),
    "PositiveIntegerField": (0, 2**31 - 1),
    "BigIntegerField": (-(2**63), 2**63 - 1),
}
MOST_IN_JSON = 2**20
"""Bytes of one JSON column, such as a learning curve."""


LAST_YEAR = 9998
"""Every time zone shows it, and no sum with a lease leaves the calendar."""
CONTEXT_KEY = "context_key"
"""A reference that files from before there were contexts do not have: nothing but trainings from scratch."""


def context_key_of(line: FileLine) -> str:
    return str(line.content.get(CONTEXT_KEY) or "")


def values_of(
    layout: Layout, document: Any, line: FileLine, *, beside: Collection[str] = ()
) -> dict[str, Any]:
    """The columns of a table from an object of the file, which has the fields `beside` as well. Raises BadFile."""
    if not isinstance(document, dict):
        raise BadFile(f"{line.kind}: must be an object, got {_short(document)}", line=line.number)
    if unknown := sorted(set(document) - set(layout.fields) - set(beside)):
        raise BadFile(
            f"{line.kind}.{unknown[0]} is not a field of this version; it was written by a newer one, or by "
            "something else",
            line=line.number,
        )
    if missing := sorted(name for name in beside if name not in document and name != CONTEXT_KEY):
        raise BadFile(f"{line.kind}.{missing[0]} is missing", line=line.number)
    found: dict[str, Any] = {}
    for name, field in layout.fields.items():
        if name not in document:
            if field.null or field.has_default():  # a column that is younger than the file
                found[name] = field.get_default()
                continue
            raise BadFile(f"{line.kind}.{name} is missing", line=line.number)
        found[name] = _value(field, document[name], f"{line.kind}.{name}", line.number)
    return found


def _value(field: "models.Field[Any, Any]", value: Any, path: str, number: int) -> Any:
    if value is None and field.null:
        return None
    wanted = _wrong(field, value)
    if wanted:
        raise BadFile(f"{path} must be {wanted}, got {_short(value)}", line=number)
    return datetime.fromisoformat(value) if isinstance(field, models.DateTimeField) else value


def _wrong(field: "models.Field[Any, Any]", value: Any) -> str:
    """What would be right; empty when it is."""
    kind = field.get_internal_type()
    if kind == "JSONField":
        small = len(json.dumps(value)) <= MOST_IN_JSON
        return "" if small else f"at most {MOST_IN_JSON:,} bytes of JSON"
    if kind == "BooleanField":
        return "" if isinstance(value, bool) else "true or false"
    if kind in INTEGERS:
        least, most = INTEGERS[kind]
        right = type(value) is int and least <= value <= most
        return "" if right else f"a whole number of {least}..{most}"
    if kind == "FloatField":
        right = type(value) in (int, float) and abs(value) < 1e300 and math.isfinite(value)
        return "" if right else "a number"
    if kind == "DateTimeField":
        return "" if _is_moment(value) else "a time such as 2026-11-25T09:00:00+00:00"
    return _wrong_text(field, value)


def _wrong_text(field: "models.Field[Any, Any]", value: Any) -> str:
    if not isinstance(value, str):
        return "text"
    choices = [choice for choice, _ in field.flatchoices]
    if choices and value not in choices:
        return f"one of {', '.join(choices)}"
    most = getattr(field, "max_length", None)
    return f"at most {most} characters" if most is not None and len(value) > most else ""


def _is_moment(value: Any) -> bool:
    try:
        moment = datetime.fromisoformat(value).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return False
    return datetime.fromisoformat(value).tzinfo is not None and 1900 <= moment.year <= LAST_YEAR


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else text[:80] + "…"
