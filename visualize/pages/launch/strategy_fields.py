"""The launch form's fields for strategies, made from the documents of the table: label, help, kind of value.

A setting that several strategies share is one field; where its meaning or its published value differs, each has one of
its own. Which strategies a field belongs to stands in its `data-for`; of the others' fields nothing is read.
"""

from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from django import forms
from django.utils.html import format_html_join
from pydantic.fields import FieldInfo

from search.evolution.experiments.config import ExperimentConfig, Protocol
from search.evolution.strategies import STRATEGIES
from search.evolution.strategies.settings import OF_ALL, PER_CENT, SeedGenotype, StrategyConfig, extra
from visualize.pages.shared.bounds import bounds_of, limit
from visualize.pages.shared.field_kinds import SeedList, flag, in_per_cent, of_per_cent, real, whole

TAKEN = {*Protocol.model_fields, *ExperimentConfig.model_fields}
"""Names of other fields of the form."""


@dataclass(frozen=True)
class Setting:
    """One field of the form, and the setting that it stands for."""

    form_name: str
    name: str
    info: FieldInfo
    kinds: tuple[str, ...]

    @property
    def in_per_cent(self) -> bool:
        return bool(extra(self.info, "unit") == PER_CENT["unit"])

    @property
    def is_rare(self) -> bool:
        return bool(extra(self.info, "rare"))


def _settings() -> tuple[Setting, ...]:
    """Every setting of every strategy, those of all strategies first."""
    alike: dict[tuple[str, str, Any], list[str]] = {}
    infos: dict[tuple[str, str, Any], FieldInfo] = {}
    for kind, row in STRATEGIES.items():
        for name, info in row.settings.model_fields.items():
            if name != "kind":
                key = (name, info.title or "", info.default)
                alike.setdefault(key, []).append(kind)
                infos.setdefault(key, info)
    found: dict[str, Setting] = {}
    for key, kinds in alike.items():
        name, info = key[0], infos[key]
        form_name = name
        if extra(info, "unit") == PER_CENT["unit"]:
            form_name = f"{name.removesuffix('_fraction')}_per_cent"
        if form_name in found or form_name in TAKEN:
            form_name = f"{kinds[0]}_{form_name}"
        found[form_name] = Setting(form_name, name, info, tuple(kinds))
    return tuple(sorted(found.values(), key=lambda row: row.name not in OF_ALL))


SETTINGS = _settings()
USUAL = tuple(row.form_name for row in SETTINGS if not row.is_rare)
RARE = tuple(row.form_name for row in SETTINGS if row.is_rare)


def settings_of(kind: str) -> list[Setting]:
    """Those that a strategy reads."""
    return [row for row in SETTINGS if kind in row.kinds]


def field_of_setting(kind: str, name: str) -> str | None:
    """The form's field of a strategy's setting."""
    return next((row.form_name for row in settings_of(kind) if row.name == name), None)


def strategy_choice() -> forms.ChoiceField:
    """The table as one field; its help says what each of them does."""
    return forms.ChoiceField(
        choices=[(kind, row.title) for kind, row in STRATEGIES.items()],
        help_text=format_html_join(
            " ",
            '<span data-for="{}">{}: {}</span>',
            ((kind, row.title, row.description) for kind, row in STRATEGIES.items()),
        ),
    )


def strategy_fields() -> dict[str, forms.Field]:
    """Form name -> field. None is required of the browser; `told` says what the chosen strategy lacks."""
    found = {}
    for row in SETTINGS:
        field = _field(row.info)
        limit(field, bounds_of(row.info, per_cent=row.in_per_cent))
        if len(row.kinds) < len(STRATEGIES):
            field.widget.attrs["data-for"] = " ".join(row.kinds)
        found[row.form_name] = field
    return found


def _field(info: FieldInfo) -> forms.Field:
    title, text = info.title or "", info.description or ""
    if info.annotation is bool:
        return flag(title, text)
    if get_origin(info.annotation) is Literal:
        choices = [(value, str(value).replace("_", " ")) for value in get_args(info.annotation)]
        return forms.ChoiceField(choices=choices, label=title, help_text=text, required=False)
    if info.annotation == tuple[SeedGenotype, ...]:
        return SeedList(label=title, help_text=text, required=False)
    make = whole if info.annotation is int else real
    return make(title, text, required=False)


def told(kind: str, values: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The strategy's object from the form's values, and the fields of it that were left empty."""
    document: dict[str, Any] = {"kind": kind}
    empty = []
    for row in settings_of(kind):
        value = values.get(row.form_name)
        if row.info.annotation == tuple[SeedGenotype, ...]:
            document[row.name] = value or []
        elif value is None or value == "":
            empty.append(row.form_name)
        else:
            document[row.name] = of_per_cent(value) if row.in_per_cent else value
    return document, empty


def initial_of(config: StrategyConfig) -> dict[str, Any]:
    """The form's values for a strategy, and the published ones for the others."""
    found = {}
    for row in SETTINGS:
        value = getattr(config, row.name) if config.kind in row.kinds else row.info.default
        found[row.form_name] = in_per_cent(value) if row.in_per_cent else value
    return found
