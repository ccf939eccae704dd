"""Bounds of a form's numbers, taken from the configuration's documents and told in the form's own units."""

from dataclasses import dataclass
from typing import Any

import annotated_types
from django import forms
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from search.evolution.experiments.config import ExperimentConfig

BEYOND_WORDS = 2**31
"""What only a column of the database cannot hold is told by the configuration; nobody reads such a bound as advice."""


@dataclass(frozen=True)
class Bounds:
    """What a number may be, in the form's units; None: no bound on that side."""

    low: float | None
    high: float | None
    above: bool
    """The lower bound itself is too low."""
    unit: str = ""

    def __call__(self, value: float) -> None:
        """A validator of Django's: raises ValidationError that says what would be right."""
        too_low = self.low is not None and (value <= self.low if self.above else value < self.low)
        if too_low or (self.high is not None and value > self.high):
            raise forms.ValidationError(f"Write a number {self}, not {_written(value)}{self.unit}.")

    def __str__(self) -> str:
        low, high = (
            None if bound is None else _written(bound) + self.unit for bound in (self.low, self.high)
        )
        if high is None:
            return f"above {low}" if self.above else f"of at least {low}"
        if low is None:
            return f"of at most {high}"
        return f"above {low} and up to {high}" if self.above else f"from {low} to {high}"


def bounds_of(info: FieldInfo, *, per_cent: bool = False) -> Bounds | None:
    """The bounds that a document's field states; None where it has none."""
    low = high = None
    above = False
    for rule in info.metadata:
        if isinstance(rule, annotated_types.Ge | annotated_types.Gt):
            low, above = getattr(rule, "ge", getattr(rule, "gt", None)), isinstance(rule, annotated_types.Gt)
        elif isinstance(rule, annotated_types.Le | annotated_types.Lt):
            high = getattr(rule, "le", getattr(rule, "lt", None))
    high = None if isinstance(high, int | float) and high >= BEYOND_WORDS else high
    if low is None and high is None:
        return None
    factor = 100 if per_cent else 1
    scaled: list[Any] = [None if bound is None else bound * factor for bound in (low, high)]
    return Bounds(scaled[0], scaled[1], above, "\N{NO-BREAK SPACE}%" if per_cent else "")


def limit(field: forms.Field, bounds: Bounds | None) -> None:
    """Browser and server hold a number field to its bounds."""
    if bounds is None or not isinstance(field, forms.IntegerField | forms.FloatField):
        return
    field.validators.append(bounds)
    for name, bound in (("min", bounds.low), ("max", bounds.high)):
        if bound is not None:
            field.widget.attrs[name] = f"{bound:g}" if isinstance(bound, float) else str(bound)


def field_at(path: str) -> FieldInfo:
    """The configuration's field at a dotted path, such as `protocol.steps`."""
    model: type[BaseModel] = ExperimentConfig
    *parents, leaf = path.split(".")
    for parent in parents:
        annotation = model.model_fields[parent].annotation
        assert isinstance(annotation, type), path
        assert issubclass(annotation, BaseModel), path
        model = annotation
    return model.model_fields[leaf]


def _written(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"
