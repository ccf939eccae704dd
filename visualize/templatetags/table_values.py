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
    """A correlation with its interval: −0.71 (−0.75 to −0.66)."""
    middle, low, high = (
        f"{value[name]:.2f}".replace("-", "\N{MINUS SIGN}") for name in ("value", "low", "high")
    )
    return f"{middle} ({low} to {high})"
