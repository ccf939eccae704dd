"""The table of strategies as data, for the command, REST and the pages. Must import neither Django nor torch."""

from typing import Any

from search.evolution.strategies.rows import STRATEGIES, StrategyRow


def catalogue() -> list[dict[str, Any]]:
    """One object for each strategy: kind, title, paper, description, runs, settings."""
    return [
        {
            "kind": row.kind,
            "title": row.title,
            "paper": row.paper,
            "description": row.description,
            "runs": row.runs,
            "settings": settings_of(row),
        }
        for row in STRATEGIES.values()
    ]


def settings_of(row: StrategyRow) -> list[dict[str, Any]]:
    """One object for each setting: name, title, description, type, default, bounds or choices where there are any."""
    schema = row.settings.model_json_schema()["properties"]
    default = row.settings(kind=row.kind)
    return [
        {
            "name": name,
            "title": field.get("title", ""),
            "description": field.get("description", ""),
            "type": field.get("type", ""),
            "default": default.model_dump(mode="json")[name],
            "range": _range(field),
        }
        for name, field in schema.items()
        if name != "kind"
    ]


_BOUNDS = {"minimum": "≥ {}", "exclusiveMinimum": "> {}", "maximum": "≤ {}", "exclusiveMaximum": "< {}"}


def _range(field: dict[str, Any]) -> str:
    """In words; empty where anything of the type goes."""
    if "enum" in field:
        return ", ".join(map(str, field["enum"]))
    return ", ".join(text.format(f"{field[name]:g}") for name, text in _BOUNDS.items() if name in field)
