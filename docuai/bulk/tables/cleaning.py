"""Rows of a batch as later steps may rely on them: all of one width, composed (NFC), every odd cell reported.

The usual batch costs two joins and one look at the text as a whole; only a batch that shows something odd is looked at cell by cell.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import islice
from typing import Any

from docuai.bulk.tables.errors import TableError
from docuai.bulk.tables.limits import BATCH_ROWS, MAX_CELL_BYTES, MAX_ROW_BYTES, MAX_ROWS
from docuai.bulk.tables.shapes import Batch, CellFault

# C0 without tab, line feed, carriage return; DEL and C1; halves of surrogate pairs; non-characters.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
UNREADABLE = "\ufffd"
SWALLOWED_LINES = 100


def clean_batch(first: int, rows: list[list[str]], width: int, *, drop_blank: bool = True) -> Batch:
    """This will make a batch of raw rows: blank ones dropped, ragged ones evened and reported, odd cells reported."""
    count = len(rows)
    texts = list(map("".join, rows))
    if drop_blank and not all(map(str.strip, texts)):
        rows = [row for row, text in zip(rows, texts, strict=True) if text.strip()]
        texts = list(map("".join, rows))
    batch = Batch(first, rows, blank_rows=count - len(rows))
    if set(map(len, rows)) - {width}:
        _even(batch, rows, width)
        texts = list(map("".join, rows))
    whole = "".join(texts)
    if _is_odd(whole, texts):
        for offset, text in enumerate(texts):
            if _is_odd(text, [text]):
                _examine(batch, rows, offset)
    check_row_limit(first + len(rows) - 1)
    return batch


def check_row_limit(number: int) -> None:
    """This will raise TableError when a table has more rows than can be taken."""
    if number > MAX_ROWS:
        raise TableError("too_many_rows", number=number, limit=MAX_ROWS)


def in_batches(rows: Iterable[Any]) -> Iterable[list[Any]]:
    """This will cut an iterator into lists of up to 250."""
    iterator = iter(rows)
    while chunk := list(islice(iterator, BATCH_ROWS)):
        yield chunk


def cell_faults(column: int | str, cell: str) -> list[CellFault]:
    """This will list what is wrong with one cell of text, whatever field it fills."""
    faults: list[CellFault] = []
    if (match := CONTROL.search(cell)) is not None:
        faults.append(CellFault("control_character", column, {"character": f"U+{ord(match.group()):04X}"}))
    if UNREADABLE in cell:
        faults.append(CellFault("unreadable_character", column, {}))
    size = len(cell.encode("utf-8", "surrogatepass"))
    if size > MAX_CELL_BYTES:
        faults.append(CellFault("cell_too_big", column, {"bytes": size, "limit": MAX_CELL_BYTES}))
    if cell.count("\n") > SWALLOWED_LINES:
        faults.append(CellFault("open_quote", column, {"lines": cell.count("\n")}))
    return faults


def _is_odd(whole: str, texts: list[str]) -> bool:
    # A row of a quarter of the limit cannot hide a cell over it, as UTF-8 takes at most four bytes a character.
    if max(map(len, texts), default=0) * 4 > MAX_CELL_BYTES:
        return True
    if whole.isascii():
        return not whole.isprintable() and CONTROL.search(whole) is not None
    if not unicodedata.is_normalized("NFC", whole) or UNREADABLE in whole:
        return True
    return not whole.isprintable() and CONTROL.search(whole) is not None


def _even(batch: Batch, rows: list[list[str]], width: int) -> None:
    for offset, row in enumerate(rows):
        cells = len(row)
        if cells == width:
            continue
        extra = [cell for cell in row[width:] if cell.strip()]
        if extra or cells < width:
            params = {"cells": cells, "columns": width, "extra": extra}
            batch.faults.setdefault(batch.first + offset, []).append(CellFault("ragged_row", None, params))
        rows[offset] = row[:width] + [""] * (width - cells)


def _examine(batch: Batch, rows: list[list[str]], offset: int) -> None:
    cells = [unicodedata.normalize("NFC", cell) for cell in rows[offset]]
    rows[offset] = cells
    faults = [fault for index, cell in enumerate(cells) for fault in cell_faults(index, cell)]
    size = sum(len(cell.encode("utf-8", "surrogatepass")) for cell in cells)
    if size > MAX_ROW_BYTES:
        faults.append(CellFault("row_too_big", None, {"bytes": size, "limit": MAX_ROW_BYTES}))
    if faults:
        batch.faults.setdefault(batch.first + offset, []).extend(faults)
