"""Any table as rows: one way in for all kinds, once kind and dialect are known (see `inspecting.py` for finding them)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from docuai.bulk.tables import delimited, json_rows, workbook
from docuai.bulk.tables.errors import TableError
from docuai.bulk.tables.shapes import Batch, Column, Dialect, Kind, Notice, SourceRow


@dataclass(frozen=True, slots=True)
class OpenTable:
    """A table about to be read once: its completed dialect, its columns, and its rows in batches."""

    kind: Kind
    dialect: Dialect
    columns: tuple[Column, ...]
    notices: tuple[Notice, ...]
    batches: Iterator[Batch]
    sheets: tuple[str, ...] = ()


def open_table(path: Path, kind: Kind, dialect: Dialect, file_name: str = "") -> OpenTable:
    """This will open a table for one pass; raises TableError. A JSON file is read twice: once for its columns."""
    if kind == "csv":
        return _open_csv(path, dialect)
    if kind == "xlsx":
        head, batches = workbook.read_workbook(path, dialect, file_name)
        return OpenTable(kind, head.dialect, head.columns, tuple(head.notices), batches, head.sheets)
    encoding = dialect.encoding or json_rows.json_encoding(path)
    read = json_rows.read_json_batches if kind == "json" else json_rows.read_json_lines
    columns = json_rows.columns_of(read(path, encoding))
    found = Dialect(encoding=encoding, decimal=".")
    return OpenTable(kind, dialect.completed_by(found), columns, (), read(path, encoding))


def read_rows(path: Path, kind: Kind, dialect: Dialect) -> Iterator[SourceRow]:
    """This will yield all rows of a table, one by one; raises TableError, also when there is none."""
    table = open_table(path, kind, dialect)
    empty = True
    for batch in table.batches:
        empty = empty and not batch.rows
        yield from batch.source_rows()
    if empty:
        raise no_rows_error(table)


def no_rows_error(table: OpenTable) -> TableError:
    """This will say why a table without rows cannot be used: it holds a header only, or nothing but blanks."""
    header_row = table.dialect.header_row
    named = any(column.original.strip() for column in table.columns)
    return TableError("header_only", line=header_row) if header_row and named else TableError("no_rows")


def _open_csv(path: Path, dialect: Dialect) -> OpenTable:
    complete = delimited.complete_dialect(path, dialect)
    columns, notices = delimited.read_header(path, complete)
    batches = delimited.read_batches(path, complete, len(columns))
    return OpenTable("csv", complete, columns, tuple(notices), batches)
