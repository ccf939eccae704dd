"""What device time costs at this installation's price of a device hour."""

from django.conf import settings

from search.evolution.estimates.price import HourPrice
from visualize.style.formats import NO_BREAK


def money(seconds: float | None) -> str:
    """Empty where no price is set (NASWEB_DEVICE_HOUR_PRICE), or there is no time."""
    price = HourPrice.read(settings.DEVICE_HOUR_PRICE)
    if price is None or seconds is None:
        return ""
    return str(price.of_seconds(seconds)).replace(" ", NO_BREAK)
