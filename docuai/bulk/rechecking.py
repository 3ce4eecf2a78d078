"""One row of a checked draft looked at again after a correction: its faults and the counts follow at once.

Comparisons with other rows (doubles) are made by the next full check, and in any case by the import.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

from docuai.bulk.checking import check_draft
from docuai.bulk.edits import with_edits
from docuai.bulk.models import RowFault, RunDraft
from docuai.bulk.passes import Pass, one_pass, opened
from docuai.bulk.storing_faults import as_rows, shown_values
from docuai.bulk.tables.shapes import SourceRow


def recheck_row(draft: RunDraft, number: int, stamp_of: Callable[[RunDraft], str]) -> list[RowFault]:
    """This will check one row of the draft (locked, not yet saved) anew, or all where rows are grouped. Raises TableError."""
    if draft.mapping.get("group"):
        draft.save(update_fields=["edits"])
        check_draft(draft=draft)
        return list(RowFault.objects.for_organization(draft.organization_id).filter(draft=draft, number=number))
    with one_pass(draft) as reading:
        row = _row(draft, reading, number)
        if row is None:
            return []
        checked = reading.validation.check(row)
        shown = shown_values(checked.values, reading.fields)
    kept = RowFault.objects.for_organization(draft.organization_id).filter(draft=draft, number=number)
    before = {fault.code for fault in kept}
    kept.delete()
    fresh = as_rows(checked.faults, organization_id=draft.organization_id, draft=draft, shown=shown)
    RowFault.objects.bulk_create(fresh)
    draft.summary = _recounted(draft.summary, before, {fault.code for fault in checked.faults}, stamp_of(draft))
    return fresh


def _row(draft: RunDraft, reading: Pass, number: int) -> SourceRow | None:
    with opened(draft) as table:
        for batch in with_edits(table.batches, reading.columns, draft.edits):
            if batch.first <= number < batch.first + len(batch.rows):
                return next(row for row in batch.source_rows() if row.number == number)
    return None


def _recounted(summary: dict[str, Any], before: set[str], after: set[str], stamp: str) -> dict[str, Any]:
    check = dict(summary.get("check", {}))
    if not check:
        return summary
    codes: Counter[str] = Counter(check.get("codes", {}))
    codes.subtract(before)
    codes.update(after)
    change = bool(after) - bool(before)
    check |= {
        "stamp": stamp,
        "faulty": check["faulty"] + change,
        "ready": check["ready"] - change,
        "codes": {code: count for code, count in codes.most_common() if count > 0},
    }
    return {**summary, "check": check}
