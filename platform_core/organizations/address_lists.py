"""A pasted list or a CSV of people to invite, line by line.

With a first line such as ``email,role,team`` each line may name its own role and team. Otherwise addresses are taken
as they come, several to a line too. No line is passed over in silence: one without an address is a fault of its own.
"""

import csv
import io
import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from platform_core.accounts.selectors import plain_address
from platform_core.kits.web.sniffing import TEXTS, WrongContentError, sniff

MOST_LINES = 10_000
MOST_BYTES = 2_000_000
SHOWN = 80
HEADERS = {
    "email": {"email", "e-mail", "mail", "address", "e-mail address", "email address", "correo", "correo electrónico"},
    "role": {"role", "rol"},
    "team": {"team", "equipo"},
}


class ListError(ValueError):
    """The list as a whole cannot be read; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One person of a list, as it was written; ``role`` and ``team`` are empty where the line names none."""

    line: int
    email: str
    role: str = ""
    team: str = ""


def read_file(content: bytes) -> str:
    """This will give a file's text (UTF-8, or what Excel writes); raises ListError."""
    if len(content) > MOST_BYTES:
        raise ListError(_("The list is larger than 2 MB. Split it into parts; nothing was sent."))
    try:
        if content:
            sniff(io.BytesIO(content), name="list.csv", kinds=TEXTS)
    except WrongContentError:
        raise ListError(_("This is no text file. Save the table as CSV; nothing was sent.")) from None
    if b"\0" in content:
        raise ListError(_("This is no text file. Save the table as CSV; nothing was sent."))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def entries_of(text: str) -> list[Entry]:
    """This will read a list; raises ListError where there is nothing to read, or too much."""
    lines = text.splitlines()
    if len(lines) > MOST_LINES + 1:
        text = _("%(n)s lines, %(most)s at most. Split the list into parts; nothing was sent.")
        raise ListError(text % {"n": len(lines), "most": MOST_LINES})
    head = next((line for line in lines if line.strip()), "")
    mark = max(",;\t", key=head.count)
    columns = _columns(next(csv.reader([head], delimiter=mark), []))
    found = _by_columns(text, mark, columns) if columns else _as_they_come(lines)
    if not found:
        raise ListError(_("There is no address in it. Paste addresses, or choose a CSV with a column “email”."))
    return found


def _columns(cells: list[str]) -> dict[str, int]:
    names = [cell.strip().casefold() for cell in cells]
    found = {key: next((i for i, name in enumerate(names) if name in known), -1) for key, known in HEADERS.items()}
    return {key: place for key, place in found.items() if place >= 0} if found["email"] >= 0 else {}


def _by_columns(text: str, mark: str, columns: dict[str, int]) -> list[Entry]:
    reader = csv.reader(io.StringIO(text), delimiter=mark)
    found, began = [], False
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if began:
                given = {
                    k: cells[i].strip()[:SHOWN] if i < len(cells) else "" for k, i in columns.items() if k != "email"
                }
                email = cells[columns["email"]] if columns["email"] < len(cells) else ""
                found.append(Entry(reader.line_num, plain_address(email), **given))
            began = True
    except csv.Error as error:
        raise ListError(
            _("Line %(n)s cannot be read as CSV. Correct it; nothing was sent.") % {"n": reader.line_num}
        ) from error
    return found


def _as_they_come(lines: list[str]) -> list[Entry]:
    found = []
    for number, line in enumerate(lines, 1):
        words = [word.strip("\"'()") for word in re.split(r"[\s,;<>]+", line) if "@" in word]
        found += [
            Entry(number, plain_address(word)) for word in words or ([line.strip()[:SHOWN]] if line.strip() else [])
        ]
    return found
