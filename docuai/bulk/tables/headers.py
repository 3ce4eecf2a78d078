"""Column names: trimmed, composed (NFC), made unique, never empty; and which line most likely holds them."""

import re
import unicodedata
from collections.abc import Sequence

from docuai.bulk.tables.errors import TableError
from docuai.bulk.tables.limits import MAX_COLUMNS
from docuai.bulk.tables.shapes import Column, Notice

SEARCHED_LINES = 10
_VALUE = re.compile(r"[^@\s]+@[^@\s]+|[+-]?\d[\d.,]*|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")


def name_columns(header: Sequence[str], width: int) -> tuple[tuple[Column, ...], list[Notice]]:
    """This will name `width` columns after a header line; raises TableError when there are too many.

    A second "name" becomes "name (2)", an empty name "Column 3"; both are reported.
    """
    if width > MAX_COLUMNS:
        raise TableError("too_many_columns", number=width, limit=MAX_COLUMNS)
    columns: list[Column] = []
    notices: list[Notice] = []
    taken: set[str] = set()
    for index in range(width):
        original = header[index] if index < len(header) else ""
        wanted = _plain(original)
        if not wanted:
            wanted = f"Column {index + 1}"
            if header:
                notices.append(Notice("empty_header", {"number": index + 1, "name": wanted}))
        name = _free(wanted, taken)
        if name != wanted:
            notices.append(Notice("duplicate_header", {"number": index + 1, "original": wanted, "name": name}))
        taken.add(name)
        columns.append(Column(index, name, original))
    return tuple(columns), notices


def likely_header_row(lines: Sequence[Sequence[str]]) -> int:
    """This will give the line (from 1) that most likely holds the names, or 0 if the first full line is data already.

    Lines with a single cell above wider ones are titles. A line with an e-mail address, a date or a number in it is data.
    """
    widest = max((_filled(line) for line in lines), default=0)
    for number, line in enumerate(lines[:SEARCHED_LINES], 1):
        filled = _filled(line)
        if filled == 0 or (filled == 1 and widest > 1):
            continue
        return 0 if any(_VALUE.fullmatch(cell.strip()) for cell in line) else number
    return next((number for number, line in enumerate(lines, 1) if _filled(line)), 1)


def _plain(name: str) -> str:
    visible = "".join(character if character.isprintable() else " " for character in name.replace("\ufeff", ""))
    return " ".join(unicodedata.normalize("NFC", visible).split())[:200]


def _free(wanted: str, taken: set[str]) -> str:
    name, copy = wanted, 1
    while name in taken:
        copy += 1
        name = f"{wanted} ({copy})"
    return name


def _filled(line: Sequence[str]) -> int:
    return sum(1 for cell in line if cell.strip())
