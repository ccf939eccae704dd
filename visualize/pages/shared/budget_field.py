"""Form field of a budget: device hours, or money at this installation's price of a device hour."""

import re
from typing import Any

from django import forms

from search.selectors.price import hour_price

MOST_HOURS = 1e6
HOURS = ("", "h", "hour", "hours", "device hour", "device hours")
NOT_A_BUDGET = "Write device hours, such as 2.5{money}, not {value!r}."
OTHER_CURRENCY = "A device hour has its price in {known} here: write hours or {known}, not {value!r}."
NO_PRICE = (
    "No price of a device hour is set here (NASWEB_DEVICE_HOUR_PRICE): write device hours, not {value!r}."
)
OUT_OF_BOUNDS = "Write more than nothing and at most {most:,.0f} device hours, not {value!r}."


class BudgetField(forms.CharField):
    """Its value is device hours; None where nothing was written."""

    def __init__(self, help_text: str) -> None:
        super().__init__(required=False, label="Budget", help_text=help_text)

    def to_python(self, value: Any) -> Any:
        text = str(value if value is not None else "").strip()
        return _hours(text) if text else None

    def prepare_value(self, value: Any) -> Any:
        return f"{value:.10g} h" if isinstance(value, int | float) else value


def _hours(text: str) -> float:
    price = hour_price()
    money = f" or {price.money.currency}, such as 30 {price.money.currency}" if price else ""
    found = re.fullmatch(r"(\d[\d,]*(?:\.\d+)?|\.\d+)\s*(\D{0,20})", text)
    if found is None:
        raise forms.ValidationError(NOT_A_BUDGET.format(money=money, value=text))
    number, unit = float(found[1].replace(",", "")), found[2].strip()
    if unit.lower() not in HOURS:
        if price is None:
            raise forms.ValidationError(NO_PRICE.format(value=text))
        if unit.casefold() != price.money.currency.casefold():
            raise forms.ValidationError(OTHER_CURRENCY.format(known=price.money.currency, value=text))
        number /= price.money.amount
    if not 0 < number <= MOST_HOURS:
        raise forms.ValidationError(OUT_OF_BOUNDS.format(most=MOST_HOURS, value=text))
    return number
