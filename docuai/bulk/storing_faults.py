"""Faults as rows: what is kept of them with a draft or a run, and how they come back in the reader's language.

At most MAX_STORED rows' faults are kept in full; the counts are always of all rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from docuai.bulk.faults import EXCERPT, Fault, excerpt_of
from docuai.bulk.fields import FieldSpec
from docuai.bulk.models import BulkRun, RowFault, RunDraft

MAX_STORED = 5000
MAX_SHOWN_FIELDS = 12
_NO_TEXT = str.maketrans(dict.fromkeys([0, *range(0xD800, 0xE000)], "\ufffd"))


def as_rows(
    faults: Iterable[Fault],
    *,
    organization_id: Any,
    draft: RunDraft | None = None,
    run: BulkRun | None = None,
    shown: Mapping[str, str] | None = None,
    lines: Sequence[int] = (),
) -> list[RowFault]:
    """This will make the rows of one table row's faults. ``shown`` are excerpts of its fields, for the grid."""
    return [
        RowFault(
            organization_id=organization_id,
            draft=draft,
            run=run,
            number=fault.number,
            field=fault.field[:120],
            column=fault.column[:255],
            code=fault.code,
            message=storable(fault.message)[:500],
            value=storable(fault.excerpt)[:500],
            answers=[storable(answer.value)[:200] for answer in fault.answers],
            details=storable({"fault": fault.to_json(), "shown": shown or {}, "lines": list(lines)}),
        )
        for fault in faults
    ]


def fault_of(stored: RowFault) -> Fault:
    """This will give a stored fault back, so that its words come in the reader's language."""
    return Fault.from_json(stored.details["fault"])


def shown_values(values: Mapping[str, Any], fields: Sequence[FieldSpec]) -> dict[str, str]:
    """This will give short texts of a row's fields, for the grid of faults."""
    names = [field.path for field in fields if field.type not in ("list", "object") and "." not in field.path]
    return {name: excerpt_of(values.get(name))[:EXCERPT] for name in names if name in values}


def storable(value: Any) -> Any:
    """This will give a value that the database can keep: it takes no NUL and no half of a surrogate pair."""
    if isinstance(value, str):
        return value if value.isascii() and "\0" not in value else value.translate(_NO_TEXT)
    if isinstance(value, Mapping):
        return {storable(key): storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    return value
