"""The launch form of a study, made from the settings document of its kind: label, help, kind of value, bounds."""

import json
from collections.abc import Sequence
from typing import Any, Literal, get_args, get_origin

from django import forms
from pydantic.fields import FieldInfo

from search.evolution.experiments.config import ConfigError
from search.evolution.strategies.settings import extra
from search.evolution.studies.records import StudyCell, StudyKind
from search.evolution.studies.rows import study_cells, study_settings
from visualize.pages.shared.bounds import bounds_of, limit
from visualize.pages.shared.budget_field import BudgetField
from visualize.pages.shared.field_kinds import real, whole
from visualize.pages.studies.choice_words import choice_words

NOT_AN_OBJECT = 'Write a JSON object such as {"steps": 200}.'


NOT_NUMBERS = "Write numbers with commas between them, such as 1, 2, not {value!r}."


class JsonObject(forms.CharField):
    """A JSON object; empty is one without fields."""

    widget = forms.Textarea(attrs={"rows": 2, "spellcheck": "false"})

    def to_python(self, value: Any) -> Any:
        if isinstance(value, dict):
            return value
        try:
            found = json.loads(str(value or "").strip() or "{}")
        except json.JSONDecodeError as error:
            raise forms.ValidationError(f"{NOT_AN_OBJECT} {error}") from None
        if not isinstance(found, dict):
            raise forms.ValidationError(NOT_AN_OBJECT)
        return found

    def prepare_value(self, value: Any) -> Any:
        return (json.dumps(value) if value else "") if isinstance(value, dict) else value


class NumberList(forms.CharField):
    """Numbers with commas between them."""

    def to_python(self, value: Any) -> Any:
        words = str(value or "").replace(",", " ").split() if isinstance(value, str) else list(value or ())
        try:
            return [json.loads(str(word)) for word in words]
        except json.JSONDecodeError:
            raise forms.ValidationError(NOT_NUMBERS.format(value=value)) from None

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(f"{one:.10g}" for one in value) if isinstance(value, (list, tuple)) else value


class StudyForm(forms.Form):
    """`cells` holds what would be started, once the form is valid."""

    title = forms.CharField(label="Name", max_length=200, required=False)
    cells: list[StudyCell]

    def __init__(self, kind: StudyKind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for name, info in kind.settings.model_fields.items():
            self.fields[name] = _field(info)
            self.initial.setdefault(name, info.default)
        self.initial.setdefault("title", kind.title)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        self.cells = []
        if self.errors:
            return values
        try:
            self.cells = study_cells(self.kind.name, study_settings(self.kind.name, self.settings))
        except ConfigError as refusal:
            for path, message in refusal.errors:
                name = path.partition(".")[0]
                known = name in self.fields
                rest = path.partition(".")[2] if known else path
                self.add_error(name if known else None, f"{rest}: {message}" if rest else message)
        return values

    @property
    def settings(self) -> dict[str, Any]:
        """The document that the fields say."""
        return {name: self.cleaned_data[name] for name in self.kind.settings.model_fields}


def _field(info: FieldInfo) -> forms.Field:
    title, text, kind = info.title or "", info.description or "", info.annotation
    if choices := extra(info, "choices"):
        if extra(info, "several"):
            return _several(title, text, choices)
        return forms.ChoiceField(label=title, help_text=text, choices=_worded(choices))
    if extra(info, "budget"):
        return BudgetField(f"{text} In hours, or in money where a device hour has a price.")
    if get_origin(kind) is Literal:
        return forms.ChoiceField(label=title, help_text=text, choices=_worded(get_args(kind)))
    if get_origin(kind) is tuple and get_origin(get_args(kind)[0]) is Literal:
        return _several(title, text, get_args(get_args(kind)[0]))
    if get_origin(kind) is tuple:
        return NumberList(label=title, help_text=text)
    if get_origin(kind) is dict:
        return JsonObject(label=title, help_text=text, required=False)
    if kind in (int, float, float | None):
        field = (whole if kind is int else real)(title, text, required=kind in (int, float))
        limit(field, bounds_of(info))
        return field
    return forms.CharField(label=title, help_text=text, required=False)


def _several(title: str, text: str, names: Sequence[str]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=title,
        help_text=text,
        choices=_worded(names),
        widget=forms.CheckboxSelectMultiple,
    )


def _worded(names: Sequence[str]) -> list[tuple[str, str]]:
    return [(name, choice_words(name)) for name in names]
