"""Form field of a budget: device hours, or money at this installation's price of a device hour."""

from typing import Any

from django import forms

from search.selectors.budgets import budget_hours
from visualize.pages.shared.field_kinds import plain_number


class BudgetField(forms.CharField):
    """Its value is device hours; None where nothing was written."""

    def __init__(self, help_text: str) -> None:
        super().__init__(required=False, label="Budget", help_text=help_text)

    def to_python(self, value: Any) -> Any:
        text = str(value if value is not None else "").strip()
        try:
            return budget_hours(text) if text else None
        except ValueError as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def prepare_value(self, value: Any) -> Any:
        return f"{plain_number(value)} h" if isinstance(value, int | float) else value
