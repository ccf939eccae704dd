"""Price of a device hour, and what device time costs at it.

Pure Python: must import neither Django nor torch.
"""

import math
import re
from dataclasses import dataclass

FORM = "an amount and a currency, such as 2.50 EUR; empty: costs are told in hours alone"
MOST = 1e9


@dataclass(frozen=True)
class Money:
    """An amount in some currency."""

    amount: float
    currency: str

    def __str__(self) -> str:
        """Two decimals; below one hundredth two significant digits.

        >>> str(Money(1234.5, "EUR")), str(Money(0.00321, "EUR"))
        ('1,234.50 EUR', '0.0032 EUR')
        """
        if 0 < self.amount < 0.01:
            digits = 1 - math.floor(math.log10(self.amount))
            return f"{self.amount:.{digits}f} {self.currency}"
        return f"{self.amount:,.2f} {self.currency}"


@dataclass(frozen=True)
class HourPrice:
    """What one hour of one device costs."""

    money: Money

    @classmethod
    def read(cls, text: str) -> "HourPrice | None":
        """None of an empty text. Raises ValueError that says what would be right.

        >>> HourPrice.read("2.5 EUR").of_seconds(1800)
        Money(amount=1.25, currency='EUR')
        """
        if not text.strip():
            return None
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([^\W\d_]{1,12}|[€$£¥])\s*", text)
        if found is None or not 0 < float(found[1]) <= MOST:
            raise ValueError(f"{text!r} is no price: write {FORM}")
        return cls(Money(float(found[1]), found[2]))

    def of_seconds(self, seconds: float) -> Money:
        return Money(self.money.amount * seconds / 3600, self.money.currency)
