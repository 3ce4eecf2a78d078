"""The bad rows of a checked draft with their cells as they came and the reasons, for a file that people mend."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from docuai.bulk.edits import with_edits
from docuai.bulk.exporting import reasons_of
from docuai.bulk.faults import Fault
from docuai.bulk.models import RunDraft
from docuai.bulk.passes import opened
from docuai.bulk.selectors.drafts import stored_faults
from docuai.bulk.storing_faults import fault_of

Line = tuple[int, Sequence[Any], Sequence[str]]


def faulty_rows(draft: RunDraft) -> tuple[list[str], Iterator[Line]]:
    """This will give the columns of the table, and its bad rows as (number, cells, reasons). Raises TableError, NoTableError."""
    found: dict[int, list[Fault]] = defaultdict(list)
    for stored in stored_faults(draft):
        found[stored.number].append(fault_of(stored))
    with opened(draft) as table:
        columns = [column.name for column in table.columns]
    return columns, _rows(draft, columns, found)


def _rows(draft: RunDraft, columns: list[str], found: dict[int, list[Fault]]) -> Iterator[Line]:
    with opened(draft) as table:
        for batch in with_edits(table.batches, columns, draft.edits):
            for row in batch.source_rows():
                if row.number in found:
                    cells = row.cells(table.columns)
                    yield row.number, [cells.get(name, "") for name in columns], reasons_of(found[row.number])
