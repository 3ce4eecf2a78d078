"""Dates, numbers and money as the starters and Word templates write them, in English and Spanish.

English 1,234.50. Spanish takes the decimal sign from the region (MX 1,234.50; ES 1 234,50) and groups running text from
five figures on (7412, 42 500). Groups are parted by U+00A0: every face has it, also the twins used for PDF.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from docuai.engines.base import EngineError

MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "es": [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
}
DOT_REGIONS = frozenset(
    ["MX", "PE", "PA", "GT", "HN", "NI", "SV", "DO", "PR", "US"]
)  # Spanish with a decimal point (CLDR)
SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "MXN": "$", "COP": "$", "CLP": "$", "JPY": "¥"}
NO_DECIMALS = frozenset(["CLP", "JPY", "KRW", "PYG", "VND"])
SPACE = "\u00a0"
ISO_DATE = re.compile(r"^\d{4}-\d\d-\d\d(T.*)?$")
MINUS = "−"


@dataclass(frozen=True, slots=True)
class Formats:
    """How one row writes its values: language, region and currency of the row."""

    language: str = "en"
    region: str = ""
    currency: str = ""

    @property
    def dot(self) -> bool:
        """This will say whether the decimal sign is a point."""
        return self.language != "es" or self.region in DOT_REGIONS

    def date(self, value: Any, style: str = "long") -> str:
        """This will write an ISO date: long (with the month's name), short (figures), month (month and year).

        Raises EngineError.
        """
        day = as_date(value)
        month = MONTHS["es" if self.language == "es" else "en"][day.month - 1]
        if style == "short":
            pattern = "%m/%d/%Y" if self.language != "es" and self.region in ("", "US") else "%d/%m/%Y"
            return day.strftime(pattern)
        if style == "month":
            return f"{month} {day.year}" if self.language != "es" else f"{month} de{SPACE}{day.year}"
        if self.language == "es":
            return f"{day.day}{SPACE}de{SPACE}{month} de{SPACE}{day.year}"
        return f"{month}{SPACE}{day.day}, {day.year}"

    def number(self, value: Any, digits: int | None = None, column: bool = False) -> str:
        """This will write a number, rounded to `digits` if given; in a column four figures are grouped too.

        Raises EngineError.
        """
        number = as_number(value)
        text = f"{abs(number):.{digits}f}" if digits is not None else f"{abs(number):f}"
        whole, _, part = text.partition(".")
        if self.language != "es" or column or len(whole) > 4:
            whole = f"{int(whole):,}".replace(",", "," if self.dot else SPACE)
        decimals = ("." if self.dot else ",") + part if part else ""
        negative = number < 0 and any(figure in "123456789" for figure in text)
        return (MINUS if negative else "") + whole + decimals

    def money(self, value: Any, currency: str = "") -> str:
        """This will write an amount with the currency's sign: $1,234.50 or 1 234,50 €; raises EngineError."""
        currency = currency or self.currency
        digits, amount = 0 if currency in NO_DECIMALS else 2, as_number(value)
        sign = SIGNS.get(currency, currency)
        if not self.dot:
            return f"{self.number(amount, digits, True)}{SPACE}{sign}".rstrip(SPACE)
        gap = SPACE if sign == currency and sign else ""
        return (MINUS if amount < 0 else "") + sign + gap + self.number(abs(amount), digits, True)

    def amount(self, value: Any, currency: str = "") -> str:
        """This will write an amount with the currency's code, for running text: EUR 42,500 or 42 500 EUR.

        Raises EngineError.
        """
        code, number = currency or self.currency, self.number(value)
        return (f"{number}{SPACE}{code}" if self.language == "es" else f"{code}{SPACE}{number}").strip(SPACE)

    def percent(self, value: Any, digits: int | None = None) -> str:
        """This will write a percentage (21 becomes 21% or 21 %); raises EngineError."""
        return self.number(value, digits) + (SPACE + "%" if self.language == "es" else "%")


def as_date(value: Any) -> datetime.date:
    """This will read an ISO date or the date of an ISO instant; raises EngineError."""
    text = str(value).strip()
    try:
        if not ISO_DATE.match(text):
            raise ValueError(text)
        return datetime.date.fromisoformat(text[:10])
    except ValueError as error:
        raise EngineError("bad_date", value=str(value)[:80]) from error


def as_number(value: Any) -> Decimal:
    """This will read a plain number, exactly; raises EngineError."""
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation as error:
        raise EngineError("bad_number", value=str(value)[:80]) from error
    if isinstance(value, bool) or not number.is_finite() or abs(number.adjusted()) > 30:
        raise EngineError("bad_number", value=str(value)[:80])
    return number
