"""Filters of the benchmark table's page."""

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def points(value: float) -> str:
    """A difference of fractions in percentage points: 0.0213 -> 2.13."""
    return f"{100 * value:.2f}"


@register.filter
def interval(value: Mapping[str, float]) -> str:
    """A correlation with its interval: 0.71 (0.66 to 0.75)."""
    return f"{value['value']:.2f} ({value['low']:.2f} to {value['high']:.2f})"
