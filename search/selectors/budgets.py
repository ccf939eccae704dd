"""Budgets as people write them: device hours, or money at this installation's price of a device hour."""

import re

from search.selectors.price import hour_price

MOST_HOURS = 1e6
HOURS = ("", "h", "hour", "hours", "device hour", "device hours")
NOT_A_BUDGET = "Write device hours, such as 2.5{money}, not {value!r}."
OTHER_CURRENCY = "A device hour has its price in {known} here: write hours or {known}, not {value!r}."
NO_PRICE = (
    "No price of a device hour is set here (NASWEB_DEVICE_HOUR_PRICE): write device hours, not {value!r}."
)
OUT_OF_BOUNDS = "Write more than nothing and at most {most:,.0f} device hours, not {value!r}."


def budget_hours(text: str) -> float:
    """Of devices. Raises ValueError that says what would be right.

    >>> budget_hours("1,200 device hours")
    1200.0
    >>> budget_hours("1e-7h")  # as programs write small numbers
    1e-07
    """
    price = hour_price()
    money = f" or {price.money.currency}, such as 30 {price.money.currency}" if price else ""
    found = re.fullmatch(r"((?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)\s*(\D{0,20})", text)
    if found is None:
        raise ValueError(NOT_A_BUDGET.format(money=money, value=text))
    number, unit = float(found[1].replace(",", "")), found[2].strip()
    if unit.lower() not in HOURS:
        if price is None:
            raise ValueError(NO_PRICE.format(value=text))
        if unit.casefold() != price.money.currency.casefold():
            raise ValueError(OTHER_CURRENCY.format(known=price.money.currency, value=text))
        number /= price.money.amount
    if not 0 < number <= MOST_HOURS:
        raise ValueError(OUT_OF_BOUNDS.format(most=MOST_HOURS, value=text))
    return number
