"""The bad rows of a draft on their way back in: which cells of which rows were changed, matched by row number.

A cell counts as changed where its text differs from what `faulty_rows` wrote out, so columns that were left alone, values
that a CSV cannot hold and rows that nobody touched stay as they are.
"""

from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from docuai.bulk.edits import Edits, with_edits
from docuai.bulk.exporting import REASON_COLUMN, ROW_COLUMN, guard, without_guard
from docuai.bulk.failed_rows import MAX_BYTES, UploadError, number_of
from docuai.bulk.models import RunDraft
from docuai.bulk.passes import opened
from docuai.bulk.tables.inspecting import inspect_table
from docuai.bulk.tables.reading import read_rows

NAMED = 5


def mended(draft: RunDraft, content: bytes, file_name: str) -> Edits:
    """This will give the changed cells as `{"23": {"column": "text"}}`. Raises UploadError, TableError, NoTableError."""
    if len(content) > MAX_BYTES:
        raise UploadError(_("The file is larger than 20 MB. Upload only the rows that you corrected."))
    with opened(draft) as table:
        columns = [column.name for column in table.columns]
        given = _given(content, file_name, columns)
        found: dict[str, dict[str, str]] = {}
        left = set(given)
        for batch in with_edits(table.batches, columns, draft.edits):
            for row in batch.source_rows() if left else ():
                if row.number in left:
                    left.discard(row.number)
                    if changed := _changed(row.cells(table.columns), given[row.number]):
                        found[str(row.number)] = changed
    if left:
        names = ", ".join(map(str, sorted(left)[:NAMED]))
        text = ngettext(
            "The table has no row %(names)s. Nothing was changed.",
            "The table has no rows %(names)s. Nothing was changed.",
            len(left),
        )
        raise UploadError(text % {"names": names})
    return found


def _given(content: bytes, file_name: str, columns: list[str]) -> dict[int, dict[str, str]]:
    """The cells of the file by row number. Its first two columns are ours: a table may have a column "row" of its own."""
    rows: dict[int, dict[str, str]] = {}
    with NamedTemporaryFile(suffix=Path(file_name).suffix) as file:
        file.write(content)
        file.flush()
        path = Path(file.name)
        found = inspect_table(path, file_name)
        names = [column.name for column in found.columns]
        if not names or names[0] != ROW_COLUMN:
            text = _("The first column must be “%(column)s”. Correct the file of bad rows and upload that file.")
            raise UploadError(text % {"column": ROW_COLUMN})
        rest = names[2:] if names[1:2] == [REASON_COLUMN] else names[1:]
        known = dict(zip(rest, columns, strict=True)) if len(rest) == len(columns) else {n: n for n in rest}
        if unknown := [name for name, column in known.items() if column not in columns]:
            text = _("The table has no column “%(column)s”. Leave the columns of the file as they are.")
            raise UploadError(text % {"column": unknown[0]})
        for source in read_rows(path, found.kind, found.dialect):
            cells = source.cells(found.columns)
            number = number_of(cells.get(ROW_COLUMN))
            if number is None:
                raise UploadError(_("Line %(line)s has no row number in column “row”.") % {"line": source.number + 1})
            if number in rows:
                raise UploadError(_("Row %(row)s stands twice in the file. Keep one of them.") % {"row": number})
            rows[number] = {column: _text(cells.get(name)) for name, column in known.items()}
    return rows


def _changed(now: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    return {name: without_guard(text) for name, text in given.items() if text != guard(now.get(name, ""))}


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell)
