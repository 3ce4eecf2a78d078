"""Tables that leave us as CSV: the manifest of an archive, failed rows with reasons. No cell of ours can start a formula.

Quoting alone does not stop a spreadsheet from calculating (OWASP ASVS 1.2.10), so what starts with = + - @ (full width too), tab, CR, LF or NUL gets an
apostrophe in front. `without_guard` takes it away again when a corrected file comes back.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from docuai.bulk.faults import Fault

BOM = "\ufeff"
GUARDED = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
ROW_COLUMN = "row"
REASON_COLUMN = "what is wrong"
MANIFEST_COLUMNS = ("row", "file_name", "sha256", "template_version", "engine_fingerprint", "state")
FLUSH_ROWS = 500


def guard(value: Any) -> str:
    """This will write a cell so that no spreadsheet calculates it. Plain numbers, also negative ones, stay as they are."""
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    text = str(value)
    return f"'{text}" if text.startswith(GUARDED) else text


def without_guard(text: str) -> str:
    """This will undo `guard`."""
    return text[1:] if text.startswith("'") and text[1:].startswith(GUARDED) else text


def csv_chunks(
    header: Sequence[str], rows: Iterable[Sequence[Any]], *, bom: bool = False, delimiter: str = ","
) -> Iterator[bytes]:
    """This will yield a CSV in UTF-8, some hundred rows at a time. Excel needs the byte order mark to see that it is UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    if bom:
        buffer.write(BOM)
    writer.writerow([guard(name) for name in header])
    for count, row in enumerate(rows, 1):
        writer.writerow([guard(value) for value in row])
        if count % FLUSH_ROWS == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def failed_rows_csv(
    columns: Sequence[str], rows: Iterable[tuple[int, Sequence[Any], Sequence[str]]], *, bom: bool = True
) -> Iterator[bytes]:
    """This will yield bad rows as people mend them: row number, reasons, then the cells as they came, in the order of the file.

    `rows` are (number, cells, reasons). Uploaded again, the column "row" says which row each one replaces.
    """
    lines = ([number, "; ".join(reasons), *cells] for number, cells, reasons in rows)
    return csv_chunks([ROW_COLUMN, REASON_COLUMN, *columns], lines, bom=bom)


def reasons_of(faults: Iterable[Fault]) -> list[str]:
    """This will say what is wrong with a row, in the reader's language, each with its column."""
    return [f"{fault.column}: {fault.message}" if fault.column else fault.message for fault in faults]


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One document in the manifest: with it anyone can show that a file is the one that was made."""

    row: int
    file_name: str
    sha256: str
    template_version: str
    engine_fingerprint: str
    state: str


def manifest_csv(rows: Iterable[ManifestRow]) -> bytes:
    """This will write the manifest; the same rows give the same bytes."""
    lines = ([getattr(row, column) for column in MANIFEST_COLUMNS] for row in rows)
    return b"".join(csv_chunks(MANIFEST_COLUMNS, lines))


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "replace")
