"""Strategies and their settings in words, made from their documents."""

from typing import Any

from pydantic.fields import FieldInfo

from search.evolution.strategies import STRATEGIES
from search.evolution.strategies.settings import PER_CENT, StrategyConfig, extra, own_fields
from visualize.style.formats import count, short_per_cent


def title_of(config: StrategyConfig) -> str:
    return STRATEGIES[config.kind].title


def strategy_summary(config: StrategyConfig) -> str:
    """In one line: what it is, its first setting, and the others where they are not as published."""
    told = [
        f"{label(field).lower()} {value_words(field, getattr(config, name))}"
        for place, (name, field) in enumerate(own_fields(type(config)).items())
        if getattr(config, name) != field.default or (place == 0 and not extra(field, "rare"))
    ]
    return ", ".join([title_of(config), *told])


def label(field: FieldInfo) -> str:
    """A field's title without its unit."""
    return (field.title or "").removesuffix(", %")


def value_words(field: FieldInfo, value: Any) -> str:
    """A setting's value for people."""
    if extra(field, "unit") == PER_CENT["unit"]:
        return short_per_cent(value)
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return f"{count(len(value))} genotypes" if value else "none"
    if isinstance(value, int):
        return count(value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)
