"""XLSX from the parent's side: the file goes to a sandbox child, rows come back as text and are cleaned like any other."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docuai.bulk.tables.cleaning import clean_batch
from docuai.bulk.tables.errors import TableError
from docuai.bulk.tables.headers import name_columns
from docuai.bulk.tables.limits import WORKBOOK_MAX_FILE_BYTES
from docuai.bulk.tables.shapes import Batch, CellFault, Column, Dialect, Notice
from platform_core.kits.sandbox.pool import Limits, Sandbox, SandboxCrash

_sandbox = Sandbox(
    "docuai.bulk.tables.child:handle",
    Limits(memory_bytes=1536 * 1024 * 1024, cpu_seconds=30, wall_seconds=60, items=5000),
    children=2,
)


@dataclass(frozen=True, slots=True)
class WorkbookHead:
    """The chosen sheet before its rows: all sheets, the columns, and what was odd about their names."""

    sheets: tuple[str, ...]
    dialect: Dialect
    columns: tuple[Column, ...]
    notices: list[Notice]


def read_workbook(path: Path, dialect: Dialect, file_name: str = "") -> tuple[WorkbookHead, Iterator[Batch]]:
    """This will parse one sheet in the sandbox; raises TableError now, or while the batches are read."""
    size = path.stat().st_size
    if size > WORKBOOK_MAX_FILE_BYTES:
        raise TableError("workbook_too_big", number=size, limit=WORKBOOK_MAX_FILE_BYTES)
    replies = _replies({"sheet": dialect.sheet, "header_row": dialect.header_row}, path.read_bytes(), file_name)
    first = next(replies)
    columns, notices = name_columns(first["header"] if first["header_row"] else (), first["width"])
    found = Dialect(header_row=first["header_row"], sheet=first["sheet"], decimal=".")
    head = WorkbookHead(tuple(first["sheets"]), dialect.completed_by(found), columns, notices)
    return head, _batches(replies, len(columns))


def _replies(request: dict[str, Any], body: bytes, file_name: str) -> Iterator[dict[str, Any]]:
    try:
        for reply in _sandbox.stream(request, body):
            if error := reply.head.get("error"):
                params = error["params"]
                raise TableError(
                    error["code"], **(params | {"file_name": file_name} if "file_name" in params else params)
                )
            yield reply.head
    except SandboxCrash as error:
        raise TableError("workbook_stopped", reason=error.reason) from error


def _batches(replies: Iterator[dict[str, Any]], width: int) -> Iterator[Batch]:
    number = 1
    for reply in replies:
        batch = clean_batch(number, reply["rows"], width, drop_blank=False)
        batch.blank_rows = reply["blank_rows"]
        for offset, column, code, value in reply["odd"]:
            batch.faults.setdefault(number + offset, []).append(CellFault(code, column, {"value": value}))
        number += len(batch.rows)
        yield batch
