"""A cell of text as the value its field wants: numbers, days, yes and no. What cannot be read for sure is a problem, not a guess.

`typed` is called once for each distinct text of a column (the results are remembered by `applying.py`), so it may take its time.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from docuai.bulk.faults import Answer

EXACT_DIGITS = 15
MOST_WHOLE = 2**63  # what templates and JSON writers count with
YES = frozenset({"yes", "y", "true", "t", "1", "x", "si", "sí", "s", "verdadero", "v", "✓", "✔"})
NO = frozenset({"no", "n", "false", "f", "0", "falso", "✗"})
_EXCEL_EPOCH = date(1899, 12, 30)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero ene",
            "february feb febrero",
            "march mar marzo",
            "april apr abril abr",
            "may mayo",
            "june jun junio",
            "july jul julio",
            "august aug agosto ago",
            "september sep sept septiembre setiembre set",
            "october oct octubre",
            "november nov noviembre",
            "december dec diciembre dic",
        ),
        1,
    )
    for name in names.split()
}
_ISO = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ](\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_NUMERIC = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})")
_DAY_NAME = re.compile(
    r"(\d{1,2})\.?(?:st|nd|rd|th|º)?\s*(?:de\s+|-|/)?\s*([^\W\d_]+)\.?,?\s*(?:de\s+|del\s+|-|/)?\s*(\d{4})",
    re.IGNORECASE,
)
_NAME_DAY = re.compile(r"([^\W\d_]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", re.IGNORECASE)
_SPACES = str.maketrans("", "", " \u00a0\u202f\u2009'’")


@dataclass(frozen=True, slots=True)
class CellProblem:
    """Why a text cannot become the value of its field, and what was likely meant."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()


def typed(text: str, kind: str, *, decimal: str = ".", date_order: str = "auto") -> Any:
    """This will give the value of a field of that type, or a CellProblem. `text` is trimmed and not empty."""
    if kind in ("number", "integer"):
        return read_number(text, decimal, whole=kind == "integer")
    if kind == "date":
        return read_date(text, date_order)
    if kind == "date-time":
        return _read_moment(text)
    if kind == "boolean":
        return _read_boolean(text)
    return text


def read_number(text: str, decimal: str, *, whole: bool = False) -> int | float | CellProblem:
    """This will read a number with its decimal sign; the other sign, spaces and apostrophes may group thousands.

    "1,234" is 1234 with a decimal point. "11,2" is a problem with 11.2 as the likely answer.
    """
    value = _number(text, decimal)
    if value is None:
        return CellProblem("not_a_number", {}, _number_answers(text, decimal))
    if whole and isinstance(value, float):
        if not value.is_integer():
            return CellProblem("not_whole")
        value = int(value)
    if isinstance(value, int):
        return value if -MOST_WHOLE <= value < MOST_WHOLE else CellProblem("not_exact")
    if sum(map(str.isdigit, text.lstrip("+-0.,"))) > EXACT_DIGITS:
        return CellProblem("not_exact")
    return value


def storable_number(value: float) -> int | float:
    """This will give a number back; raises OverflowError for one that cannot be stored: infinite, not a number, too long."""
    if not (math.isfinite(value) and (isinstance(value, float) or -MOST_WHOLE <= value < MOST_WHOLE)):
        raise OverflowError
    return value


def _number(text: str, decimal: str) -> int | float | None:
    group = "," if decimal == "." else "."
    plain = text.replace("−", "-")
    if not re.fullmatch(rf"[+-]?(\d+|\d{{1,3}}(?:[{group} \u00a0\u202f\u2009'’]\d{{3}})+)?(?:\{decimal}\d*)?", plain):
        return None
    digits = plain.translate(_SPACES).replace(group, "").replace(decimal, ".")
    if not any(map(str.isdigit, digits)) or not digits.isascii():
        return None
    return float(digits) if "." in digits else int(digits) if len(digits) < 400 else None


def _number_answers(text: str, decimal: str) -> tuple[Answer, ...]:
    """The number with the other decimal sign, or without what stands around it (a currency, a percent sign, a unit)."""
    bare = re.sub(r"^[^\d+-−]+|[^\d]+$", "", text)
    found: list[Answer] = []
    for sign in (decimal, "," if decimal == "." else "."):
        value = _number(bare, sign) if bare else None
        if value is not None:
            written = f"{value}".replace(".", decimal)
            found.append(Answer(written, "guess"))
    return tuple(dict.fromkeys(found))[:2]


def read_date(text: str, order: str) -> str | CellProblem:
    """This will read a day as an ISO date. 03/04/2026 is ambiguous unless the order says how it is written."""
    if match := _ISO.fullmatch(text):
        return _day(int(match[1]), int(match[3]), int(match[4]))
    if match := _NUMERIC.fullmatch(text):
        return _numeric_date(match, order)
    if match := _DAY_NAME.fullmatch(text):
        return _named_date(match[3], match[2], match[1])
    if match := _NAME_DAY.fullmatch(text):
        return _named_date(match[3], match[1], match[2])
    return CellProblem("bad_date", {}, _date_answers(text))


def _numeric_date(match: re.Match[str], order: str) -> str | CellProblem:
    first, second = int(match[1]), int(match[3])
    year = int(match[4]) + (2000 if len(match[4]) == 2 else 0)
    if len(match[4]) == 2 and order == "auto":
        readings = [_valid(year, second, first), _valid(year, first, second)]
        return CellProblem("bad_date", {}, tuple(Answer(day, "guess") for day in dict.fromkeys(readings) if day))
    if order == "dmy" or match[2] == ".":  # 3.4.2026 is day first wherever it is written
        return _day(year, second, first)
    if order == "mdy":
        return _day(year, first, second)
    day_first, month_first = _valid(year, second, first), _valid(year, first, second)
    if day_first and month_first and day_first != month_first:
        answers = (Answer(day_first, "dmy"), Answer(month_first, "mdy"))
        return CellProblem("ambiguous_date", {"dmy": day_first, "mdy": month_first}, answers)
    return day_first or month_first or _day(year, second, first)


def date_orders(text: str) -> frozenset[str]:
    """This will tell in which orders a text is a day: {"dmy"}, {"mdy"}, both, {"ymd"}, {"named"} or none."""
    if _ISO.fullmatch(text):
        return frozenset({"ymd"}) if isinstance(read_date(text, "auto"), str) else frozenset()
    if match := _NUMERIC.fullmatch(text):
        readings = {"dmy": read_date(text, "dmy"), "mdy": read_date(text, "mdy") if match[2] != "." else None}
        return frozenset(order for order, day in readings.items() if isinstance(day, str))
    return frozenset({"named"}) if isinstance(read_date(text, "auto"), str) else frozenset()


def _named_date(year: str, month: str, day: str) -> str | CellProblem:
    number = _MONTHS.get(month.lower())
    return _day(int(year), number, int(day)) if number else CellProblem("bad_date")


def _valid(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _day(year: int, month: int, day: int) -> str | CellProblem:
    return _valid(year, month, day) or CellProblem("no_such_date", {"day": day, "month": month, "year": year})


def _date_answers(text: str) -> tuple[Answer, ...]:
    """A bare number around 40,000 is most likely a day as Excel counts it."""
    if re.fullmatch(r"\d{5}(\.0+)?", text) and 20_000 <= int(float(text)) <= 80_000:
        return (Answer((_EXCEL_EPOCH + timedelta(days=int(float(text)))).isoformat(), "guess"),)
    return ()


def _read_moment(text: str) -> str | CellProblem:
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).isoformat()
    except ValueError:
        return CellProblem("bad_date")


def _read_boolean(text: str) -> bool | CellProblem:
    word = text.casefold()
    if word in YES:
        return True
    return False if word in NO else CellProblem("not_yes_or_no")
