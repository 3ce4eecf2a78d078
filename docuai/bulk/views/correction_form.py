"""The form of one row: an input a field of the template, what was typed kept with what is wrong about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from docuai.bulk.cells import CellProblem
from docuai.bulk.failed_rows import cell_of, columns_of, put, typed_cell, value_at
from docuai.bulk.faults import Fault
from docuai.bulk.fields import FieldSpec, pointer_of
from docuai.bulk.models import BulkRun, RunRow

LONG_TEXT = 80


@dataclass(slots=True)
class Box:
    """One input: its field, what stands in it, what is wrong, what likely belongs there."""

    spec: FieldSpec
    value: str
    before: str
    errors: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"field-{self.spec.path.replace('.', '-')}"

    @property
    def name(self) -> str:
        return f"field:{self.spec.path}"

    @property
    def label(self) -> str:
        return self.spec.title or self.spec.name.replace("_", " ").capitalize()

    @property
    def kind(self) -> str:
        if self.spec.choices:
            return "choice"
        if self.spec.type == "list" or len(self.before) > LONG_TEXT:
            return "long"
        return {"date": "date", "email": "email", "number": "decimal", "integer": "numeric"}.get(self.spec.type, "text")


class CorrectionForm:
    """Reads what was posted for a row; without a post it shows the row as it is."""

    def __init__(self, run: BulkRun, row: RunRow, posted: Mapping[str, Any] | None = None) -> None:
        self.run, self.row, self.posted = run, row, posted
        self.problems: list[str] = []
        self.boxes: list[Box] = []
        for spec in columns_of(run.version.schema):
            before = cell_of(value_at(row.data, spec.path))
            if spec.path == "email" and not before:
                before = row.email
            value = before if posted is None else str(posted.get(f"field:{spec.path}", before))
            self.boxes.append(Box(spec, value, before))
        self.reason = str((posted or {}).get("reason", "")).strip()[:300]
        self.send = bool((posted or {}).get("send"))

    def is_valid(self) -> bool:
        """This will say whether every text can be read as the type of its field."""
        self.data_of_row: dict[str, Any] = _copied(self.row.data)
        self.email: str | None = None
        for box in self.boxes:
            if box.value == box.before and box.spec.path != "email":
                continue
            value = typed_cell(box.spec, box.value)
            if isinstance(value, CellProblem):
                fault = Fault(self.row.number, value.code, pointer_of(box.spec.path), "", value.params)
                box.errors.append(fault.message)
            elif box.spec.path == "email":
                self._take_email(value)
            else:
                put(self.data_of_row, box.spec.path, value)
        return not any(box.errors for box in self.boxes)

    def add_faults(self, faults: Sequence[Fault]) -> None:
        """This will show each fault at its field, the rest above the form."""
        by_pointer = {pointer_of(box.spec.path): box for box in self.boxes}
        for fault in faults:
            if box := by_pointer.get(fault.field):
                box.errors.append(fault.message)
            else:
                self.add_problem(f"{fault.field_name}: {fault.message}" if fault.field_name else fault.message)

    def add_problem(self, text: str) -> None:
        """This will show a problem of the row as a whole."""
        self.problems.append(text)

    def _take_email(self, value: Any) -> None:
        self.email = str(value or "")
        if "email" in self.row.data or "email" in self.run.version.schema.get("properties", {}):
            put(self.data_of_row, "email", value)


def _copied(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _copied(value) if isinstance(value, Mapping) else value for key, value in data.items()}
