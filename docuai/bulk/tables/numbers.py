"""Which decimal sign a table uses, as far as its cells tell."""

import re
from collections.abc import Iterable
from typing import Literal

# "9,4" and "1.234,50" against "9.4" and "1,234.50"; three digits after a single sign may be either, so they say nothing.
_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+),(\d{1,2}|\d{4,})")
_POINT = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)\.(\d{1,2}|\d{4,})")


def likely_decimal(cells: Iterable[str]) -> Literal[".", ","]:
    """This will give the decimal sign that more cells use; a point where they say nothing."""
    comma = point = 0
    for cell in cells:
        text = cell.strip()
        comma += _COMMA.fullmatch(text) is not None
        point += _POINT.fullmatch(text) is not None
    return "," if comma > point else "."
