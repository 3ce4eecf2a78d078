"""Failed rows on their way out as CSV with reasons, and corrected ones on their way back in, matched by row number."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from docuai.bulk.cells import CellProblem, typed
from docuai.bulk.exporting import REASON_COLUMN, ROW_COLUMN, failed_rows_csv, without_guard
from docuai.bulk.faults import Fault
from docuai.bulk.fields import FieldSpec, Schema, fields_of, pointer_of, with_delivery_email
from docuai.bulk.models import BulkRun, RunRow
from docuai.bulk.tables.inspecting import inspect_table
from docuai.bulk.tables.reading import read_rows
from docuai.bulk.wording import in_words

MAX_BYTES = 20_000_000


class UploadError(Exception):
    """A table of corrected rows cannot be used; the message says what to do."""


def columns_of(schema: Schema) -> tuple[FieldSpec, ...]:
    """This will list the fields that stand in a column of their own: single values, and lists as JSON."""
    fields = fields_of(with_delivery_email(schema))
    return tuple(
        field for field in fields if not (field.read_only or field.type == "object" or field.in_list or _is_item(field))
    )


def failed_csv(run: BulkRun) -> Iterator[bytes]:
    """This will yield the run's failed rows with their numbers and reasons, in the language of whoever asked for them."""
    asked_in = translation.get_language()
    columns = columns_of(run.version.schema)
    rows = RunRow.objects.for_organization(run.organization_id).filter(run=run, state="failed").order_by("number")
    lines = (
        (row.number, [cell_of(value_at(row.data, field.path)) for field in columns], [reason_of(row, asked_in)])
        for row in rows
    )
    return failed_rows_csv([field.path for field in columns], lines)


def reason_of(row: RunRow, language: str | None) -> str:
    """This will say in one line why a row failed and what helps."""
    with translation.override(language):
        error = in_words(row.error)
    return " ".join(part for part in (error.get("message", ""), error.get("hint", "")) if part)


def read_corrected(
    run: BulkRun, content: bytes, file_name: str, current: Mapping[int, Mapping[str, Any]]
) -> tuple[dict[int, dict[str, Any]], list[Fault]]:
    """This will read a table of corrected rows: values by row number, and the cells that cannot be read.

    ``current`` gives the rows as they are: what has no column stays. Raises UploadError and TableError.
    """
    if len(content) > MAX_BYTES:
        raise UploadError(_("The file is larger than 20 MB. Upload only the rows that you corrected."))
    known = {field.path: field for field in columns_of(run.version.schema)}
    rows: dict[int, dict[str, Any]] = {}
    faults: list[Fault] = []
    with NamedTemporaryFile(suffix=Path(file_name).suffix) as file:
        file.write(content)
        file.flush()
        path = Path(file.name)
        found = inspect_table(path, file_name)
        if ROW_COLUMN not in {column.name for column in found.columns}:
            text = _("The file has no column “%(column)s”. Correct the CSV of failed rows and upload that file.")
            raise UploadError(text % {"column": ROW_COLUMN})
        for source in read_rows(path, found.kind, found.dialect):
            cells = source.cells(found.columns)
            number = number_of(cells.get(ROW_COLUMN))
            if number is None:
                raise UploadError(_("Line %(line)s has no row number in column “row”.") % {"line": source.number + 1})
            given = {name: known[name] for name in cells if name in known and name != REASON_COLUMN}
            decimal = found.dialect.decimal or "."
            rows[number], wrong = _values(number, cells, given, current.get(number, {}), decimal)
            faults += wrong
    return rows, faults


def value_at(data: Mapping[str, Any], path: str) -> Any:
    """This will give the value at a dotted path, or None."""
    found: Any = data
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def cell_of(value: Any) -> str:
    """This will write a value as a cell or an input shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def put(data: dict[str, Any], path: str, value: Any) -> None:
    """This will set the value at a dotted path; nothing removes it."""
    *parents, last = path.split(".")
    for part in parents:
        data = data.setdefault(part, {})
    if value is None:
        data.pop(last, None)
    else:
        data[last] = value


def typed_cell(field: FieldSpec, text: str, decimal: str = ".") -> Any:
    """This will give the value that a text stands for, or a CellProblem."""
    if not text.strip():
        return None
    if field.type == "list":
        try:
            return json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            line, reason = getattr(error, "lineno", 1), getattr(error, "msg", str(error)[:200])
            return CellProblem("bad_line", {"line": line, "reason": reason})
    return text if field.type == "text" else typed(text.strip(), field.type, decimal=decimal)


def number_of(cell: Any) -> int | None:
    """This will read the row number that a cell of an uploaded file holds; None where it holds none."""
    text = str(cell or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _values(
    number: int,
    cells: Mapping[str, Any],
    given: Mapping[str, FieldSpec],
    current: Mapping[str, Any],
    decimal: str,
) -> tuple[dict[str, Any], list[Fault]]:
    data: dict[str, Any] = json.loads(json.dumps(current))
    faults = []
    for name, field in given.items():
        cell = cells[name]
        value = typed_cell(field, without_guard(cell), decimal) if isinstance(cell, str) else cell
        if isinstance(value, CellProblem):
            faults.append(Fault(number, value.code, pointer_of(name), name, value.params, cell, value.answers))
        else:
            put(data, name, value)
    return data, faults


def _no_constant(name: str) -> Any:
    """JSON knows no NaN and no Infinity; Python reads them, the database does not."""
    raise ValueError(name)


def _is_item(field: FieldSpec) -> bool:
    return any(part.isdigit() for part in field.path.split("."))
