"""This installation's price of a device hour, and what device time costs at it."""

from django.conf import settings

from search.evolution.estimates.price import HourPrice


def hour_price() -> HourPrice | None:
    """None where no price is set (NASWEB_DEVICE_HOUR_PRICE)."""
    return HourPrice.read(settings.DEVICE_HOUR_PRICE)


def money_of(seconds: float) -> str | None:
    """Such as "0.39 EUR"; None where no price is set."""
    price = hour_price()
    return str(price.of_seconds(seconds)) if price else None
