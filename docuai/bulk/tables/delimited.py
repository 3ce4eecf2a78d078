"""CSV and pasted text: which delimiter, which header, and rows in batches straight from the csv module."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from docuai.bulk.tables.cleaning import clean_batch
from docuai.bulk.tables.errors import TableError
from docuai.bulk.tables.headers import SEARCHED_LINES, likely_header_row, name_columns
from docuai.bulk.tables.limits import BATCH_LINES, MAX_READABLE_CELL_CHARACTERS
from docuai.bulk.tables.plain import plain_batch
from docuai.bulk.tables.shapes import Batch, Column, Dialect, Notice

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_CHARACTERS = 64 * 1024
SAMPLE_LINES = 50
_SEP_LINE = re.compile(r"\ufeff?\"?sep=(.)\"?\s*$", re.IGNORECASE)

csv.field_size_limit(MAX_READABLE_CELL_CHARACTERS)  # one for the whole process: the module knows no other way


def complete_dialect(path: Path, dialect: Dialect) -> Dialect:
    """This will find delimiter and header line where the dialect leaves them open; its encoding must be known."""
    with _open(path, dialect) as file:
        sample = file.read(SAMPLE_CHARACTERS)
    lines = sample.splitlines(keepends=True)
    named = _SEP_LINE.match(lines[0]) if lines else None
    delimiter = dialect.delimiter or (named.group(1) if named else likely_delimiter(lines))
    header_row = dialect.header_row
    if header_row is None:
        skipped = 1 if named else 0
        parsed = _parsed(lines[skipped:], delimiter)
        found = likely_header_row(parsed)
        header_row = found + skipped if found else 0
    return dialect.completed_by(Dialect(delimiter=delimiter, header_row=header_row))


def likely_delimiter(lines: list[str]) -> str:
    """This will choose the delimiter that cuts most lines into the same number of cells, and into more than one."""
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        widths = Counter(len(row) for row in _parsed(lines, delimiter) if row)
        wide = Counter({width: count for width, count in widths.items() if width > 1})
        if wide:
            width, count = wide.most_common(1)[0]
            score = (count / widths.total(), width)
            if score > best_score:
                best, best_score = delimiter, score
    return best


def read_header(path: Path, dialect: Dialect) -> tuple[tuple[Column, ...], list[Notice]]:
    """This will name the columns; raises TableError when there is no such line."""
    with _open(path, dialect) as file:
        header = _skip_to_header(csv.reader(file, delimiter=dialect.delimiter or ","), dialect.header_row or 0)
        if header is not None:
            return name_columns(header, len(header))
        width = max(
            (len(row) for row in _parsed(list(islice(file, SAMPLE_LINES)), dialect.delimiter or ",")), default=0
        )
    if width == 0:
        raise TableError("no_rows")
    return name_columns((), width)


def read_batches(path: Path, dialect: Dialect, width: int) -> Iterator[Batch]:
    """This will yield the rows below the header; raises TableError at the 200,001st row or where rows cannot be told apart."""
    delimiter = dialect.delimiter or ","
    with _open(path, dialect) as file:
        reader = csv.reader(file, delimiter=delimiter)
        _skip_to_header(reader, dialect.header_row or 0)
        number, read = 1, reader.line_num
        while lines := _some_lines(file):
            batch = plain_batch(number, lines, width, delimiter)
            if batch is None:
                # Until none of these lines is left, and no row more: those that follow may be far longer.
                reader, rows = csv.reader(chain(lines, file), delimiter=delimiter), []
                try:
                    while reader.line_num < len(lines):
                        rows.append(next(reader))
                except csv.Error as error:
                    raise TableError("row_unreadable", number=read + 1, limit=MAX_READABLE_CELL_CHARACTERS) from error
                batch = clean_batch(number, rows, width)
                read += reader.line_num
            else:
                read += len(lines)
            number += len(batch.rows)
            yield batch


def _some_lines(file: TextIO) -> list[str]:
    """The lines of the next batch: fewer where they are long, so that nobody's file fills the memory."""
    lines, characters = [], 0
    for line in islice(file, BATCH_LINES):
        lines.append(line)
        characters += len(line)
        if characters > MAX_READABLE_CELL_CHARACTERS:
            break
    return lines


def _open(path: Path, dialect: Dialect) -> TextIO:
    encoding = dialect.encoding or "utf-8"
    return path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, errors="replace", newline="")


def _skip_to_header(reader: Iterator[list[str]], header_row: int) -> list[str] | None:
    header = None
    for number in range(1, header_row + 1):
        header = next(reader, None)
        if header is None:
            raise TableError(
                "no_rows" if number <= SEARCHED_LINES and header_row == 1 else "header_missing", number=header_row
            )
    return header


def _parsed(lines: list[str], delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            rows.append(row)
            if len(rows) == SAMPLE_LINES:
                break
    except csv.Error:
        return rows
    return rows
