"""What the steps of a draft are made of: the look at its table, the suggested mapping, one row as it would come out."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from docuai.bulk.applying import Applied
from docuai.bulk.fields import fields_of
from docuai.bulk.mapping import Mapping as FieldMapping
from docuai.bulk.mapping import MappingError
from docuai.bulk.models import BulkRun, RunDraft
from docuai.bulk.passes import base_values, schema_of, serials
from docuai.bulk.selectors.drafts import next_serial
from docuai.bulk.storing_faults import storable
from docuai.bulk.suggesting import Suggestion, mapping_of, suggest
from docuai.bulk.tables.inspecting import inspect_table
from docuai.bulk.tables.shapes import Dialect, TableInspection
from platform_core.files import selectors as files
from platform_core.files.models import StoredFile

SHOWN_CELL = 300


def inspection_of(file: StoredFile, dialect: Dialect | None) -> TableInspection:
    """This will look through a stored table; raises TableError."""
    with files.local_copy(file) as path:
        return inspect_table(path, file.name, dialect)


def table_summary(found: TableInspection, file_name: str) -> dict[str, Any]:
    """This will give what the pages show of a table as plain values, so that the file is not read at every look."""
    summary: dict[str, Any] = storable(
        {
            "name": file_name,
            "kind": found.kind,
            "size_bytes": found.size_bytes,
            "columns": [asdict(column) for column in found.columns],
            "preview": [
                {"number": row.number, "cells": {name: _short(cell) for name, cell in row.cells(found.columns).items()}}
                for row in found.preview
            ],
            "warnings": [{"code": notice.code, "params": dict(notice.params)} for notice in found.warnings],
            "choices": asdict(found.choices),
            "needs_confirmation": found.needs_confirmation,
            "found": asdict(found.found),
        }
    )
    return summary


def suggestions_for(draft: RunDraft, last: BulkRun | None) -> list[Suggestion]:
    """This will propose which column fills which field, from the names and the first rows of the draft's table."""
    table = draft.summary.get("table", {})
    columns = [column["name"] for column in table.get("columns", [])]
    samples = [row["cells"] for row in table.get("preview", [])]
    grouping = _read(draft.mapping).grouping
    return suggest(
        fields_of(schema_of(draft.version)),
        columns,
        samples,
        _read(last.mapping) if last else None,
        decimal=draft.dialect.get("decimal") or ".",
        group=grouping.list_field if grouping else "",
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a field gets from the first rows: a value as it would come out, and the filled share (0 to 1)."""

    sample: Any = None
    fill_rate: float = 0.0


def sample_values(draft: RunDraft) -> list[dict[str, Any]]:
    """This will give the first rows of the table as the template would get them; nothing where the mapping does not fit."""
    table = draft.summary.get("table", {})
    columns = [column["name"] for column in table.get("columns", [])]
    samples = [row["cells"] for row in table.get("preview", [])]
    mapping = _read(draft.mapping)
    if not samples or not mapping.columns() <= set(columns):
        return []
    sequence = str(draft.options.get("sequence") or "")
    offset = next_serial(draft.organization_id, sequence) - 1
    applied = Applied(
        mapping,
        fields_of(schema_of(draft.version)),
        columns,
        decimal=draft.dialect.get("decimal") or ".",
        base=base_values(draft),
        sequence=lambda first, count: serials(sequence, range(first + offset, first + offset + count)),
        as_dicts=True,
    )
    values = applied.apply(samples)
    if mapping.grouping:
        for row, line in zip(values, applied.apply_lines(samples), strict=True):
            row[mapping.grouping.list_field] = [line]
    return values


def outcomes(draft: RunDraft) -> dict[str, Outcome]:
    """This will say for each mapped field what comes out of the first rows."""
    rows = sample_values(draft)
    found = {}
    for entry in _read(draft.mapping).entries:
        values = [value_at(row, entry.field) for row in rows]
        filled = [value for value in values if value not in (None, "", [])]
        found[entry.field] = Outcome(filled[0] if filled else None, len(filled) / len(values) if values else 0.0)
    return found


def value_at(row: Any, path: str) -> Any:
    """This will give the value of a dotted path, of the first item where it goes into a list."""
    for part in path.replace("[]", ".0").split("."):
        if isinstance(row, list):
            row = row[int(part)] if part.isdigit() and int(part) < len(row) else None
        else:
            row = row.get(part) if isinstance(row, dict) else None
    return row


def mapping_for(draft: RunDraft, last: BulkRun | None, *, least: int = 1) -> FieldMapping:
    """This will give the suggested mapping, of suggestions with at least that confidence."""
    found: Sequence[Suggestion] = [one for one in suggestions_for(draft, last) if one.confidence >= least]
    return FieldMapping(mapping_of(found).entries, _read(draft.mapping).grouping)


def _read(stored: Any) -> FieldMapping:
    try:
        return FieldMapping.from_json(stored)
    except MappingError:
        return FieldMapping()


def _short(cell: Any) -> Any:
    return cell[:SHOWN_CELL] if isinstance(cell, str) else cell
