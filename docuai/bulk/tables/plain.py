"""Lines of a CSV that need no parser: no quote in them, every line of the same number of cells, nothing odd.

Such lines, which most files are made of, are cut by one split and kept a column at a time. Of anything else `plain_batch`
says None, and the csv module reads those lines: what comes out is the same.
"""

import unicodedata
from collections.abc import Iterator, Sequence

from docuai.bulk.tables.cleaning import CONTROL, UNREADABLE, check_row_limit
from docuai.bulk.tables.limits import MAX_CELL_BYTES
from docuai.bulk.tables.shapes import Batch

_USUAL = bytes([9, 10, 13, *range(32, 127)])


class FlatRows(Sequence[list[str]]):
    """Rows of text that are kept as columns; a row is put together when it is asked for."""

    def __init__(self, columns: list[list[str]]) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(self.columns[0])

    def __getitem__(self, index: int) -> list[str]:  # type: ignore[override]  # nobody slices
        return [column[index] for column in self.columns]

    def __iter__(self) -> Iterator[list[str]]:
        return map(list, zip(*self.columns, strict=True))


def plain_batch(first: int, lines: Sequence[str], width: int, delimiter: str) -> Batch | None:
    """This will make a batch of whole lines, or give None where they need the csv module or a closer look."""
    text = "".join(lines)
    # A line of a quarter of the limit cannot hide a cell over it, as UTF-8 takes at most four bytes a character.
    if '"' in text or delimiter in '\r\n"' or max(map(len, lines)) * 4 > MAX_CELL_BYTES:
        return None
    if "\r" in text and "\r" in (text := text.replace("\r\n", "\n")):
        return None
    if not is_clean(text):
        return None
    text = text.removesuffix("\n")
    # Each line break becomes a cell of its own: all of them stand where they must exactly if no line is ragged.
    cells = text.replace("\n", f"{delimiter}\n{delimiter}").split(delimiter)
    step = width + 1
    if len(cells) != len(lines) * step - 1 or cells[width::step].count("\n") != len(lines) - 1:
        return None
    rows = FlatRows([cells[place::step] for place in range(width)])
    if not all(map(str.strip, rows.columns[0])) and not all(map(str.strip, map("".join, rows))):
        return None  # a blank line
    check_row_limit(first + len(lines) - 1)
    return Batch(first, rows)


def is_clean(text: str) -> bool:
    """This will say whether a text surely holds no character to be reported, and is composed (NFC)."""
    odd = text.encode("utf-8", "surrogatepass").translate(None, _USUAL)  # bytes are sifted at a fraction of the cost
    return not odd or all(map(_safe.__getitem__, set(odd.decode("utf-8", "surrogatepass"))))


class _Safe(dict[str, bool]):
    """Characters that are no trouble in whatever company, found once each: no mark that may be composed with a letter."""

    def __missing__(self, character: str) -> bool:
        alone = not CONTROL.match(character) and character != UNREADABLE
        # Below U+0300 no character joins the one before it. Above, marks do, and vowels and finals of Hangul.
        joins = character >= "\u0300" and (
            unicodedata.category(character)[0] == "M" or "\u1100" <= character <= "\u11ff"
        )
        safe = self[character] = alone and not joins and unicodedata.is_normalized("NFC", character)
        return safe


_safe = _Safe()
