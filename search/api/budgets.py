"""Budgets as bodies of the API hold them: text of device hours or money."""

from typing import Annotated

from pydantic import Field

from search.api.problems import invalid
from search.selectors.budgets import budget_hours

BudgetText = Annotated[
    str | None,
    Field(
        max_length=60,
        description="What ends it, as device hours or as money at this installation's price of a device hour, such as "
        '"2.5" or "30 EUR"',
    ),
]


def hours_of(budget: str) -> float:
    """Device hours. Raises Problem (422)."""
    try:
        return budget_hours(budget)
    except ValueError as refusal:
        raise invalid("body", "budget", str(refusal), budget) from None
