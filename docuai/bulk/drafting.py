"""What the steps of a draft are made of: the look at its table, the suggested mapping, one row as it would come out."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from docuai.bulk.fields import fields_of
from docuai.bulk.mapping import Mapping as FieldMapping
from docuai.bulk.mapping import MappingError
from docuai.bulk.models import BulkRun, RunDraft
from docuai.bulk.passes import schema_of
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
