"""Every row of a table checked in one pass: mapped, typed, held against the schema, compared with the rows before it.

The usual batch costs a few passes in C over its columns; only rows that show something are explained one by one. Memory does not
grow with the table but for one number a row (to find doubles).
"""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from docuai.bulk.applying import Applied, Columns, FieldReader, MadeRows, Values
from docuai.bulk.doubles import Doubles
from docuai.bulk.faults import Answer, Fault, excerpt_of
from docuai.bulk.fields import ITEM, pointer_of
from docuai.bulk.grouping import Group, disagreements
from docuai.bulk.naming import value_at
from docuai.bulk.pairs import Pairs
from docuai.bulk.row_json import Pieces, columns_json, rows_json
from docuai.bulk.samples import Extremes
from docuai.bulk.suspicions import Suspicions
from docuai.bulk.tables.cleaning import CONTROL
from docuai.bulk.tables.shapes import Batch, CellFault, SourceRow
from docuai.bulk.validating import RowValidator

# Where a row could not be cut into cells, all its other faults are consequences.
_WHOLE_ROW = frozenset({"ragged_row", "bad_line", "not_an_object", "open_quote", "group_without_key"})


class ValidatedRow(NamedTuple):
    """A row ready to be stored: its source cells, its values, its faults (none: it can be launched)."""

    number: int
    source: Any
    values: Values
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class ValidatedBatch:
    """Rows in the order of the table. `faults` holds the numbers of bad rows only."""

    first: int
    source: Sequence[Any]
    values: Sequence[Values]
    faults: dict[int, tuple[Fault, ...]] = field(default_factory=dict)
    columns: Columns | None = None  # the values by field, where they are not nested

    def ready(self) -> "ReadyRows":
        """This will give the rows without a fault."""
        numbers: Sequence[int] = range(self.first, self.first + len(self.values))
        if not self.faults:
            return ReadyRows(numbers, self.values, self.columns)
        numbers = [number for number in numbers if number not in self.faults]
        places = [number - self.first for number in numbers]
        values = MadeRows(lambda: [self.values[place] for place in places], len(places))
        return ReadyRows(numbers, values, self.columns.picked(places) if self.columns else None)

    def rows(self) -> Iterator[ValidatedRow]:
        """This will yield the rows one by one."""
        for number, (source, values) in enumerate(zip(self.source, self.values, strict=True), self.first):
            yield ValidatedRow(number, source, values, self.faults.get(number, ()))


@dataclass(slots=True)
class ReadyRows:
    """Rows that documents can be made of: `columns` holds their values by field where these are not nested."""

    numbers: Sequence[int]
    values: Sequence[Values]
    columns: Columns | None

    def column(self, path: str) -> Sequence[Any]:
        """This will give what each row has at a path, None where it has nothing."""
        if self.columns is not None and "." not in path:
            return self.columns.column(path)
        return [value_at(row, path) for row in self.values]

    def fill(self, name: str, values: Sequence[Any]) -> None:
        """This will put a value into a field of each row."""
        if self.columns is not None:
            self.columns.fill(name, list(values))
            return
        for row, value in zip(self.values, values, strict=True):
            row[name] = value

    def json(self) -> Pieces:
        """This will give the rows as they are stored."""
        pieces = columns_json(self.columns) if self.columns is not None else None
        return rows_json(self.values) if pieces is None else pieces


@dataclass(slots=True)
class Totals:
    """Counts so far: rows read, rows with a fault, and how many rows have each kind of fault."""

    rows: int = 0
    faulty: int = 0
    codes: Counter[str] = field(default_factory=Counter)

    @property
    def ready(self) -> int:
        """This will give the number of rows that can be launched."""
        return self.rows - self.faulty


class TableValidation:
    """One validation of one table. Feed it batches (or groups) in order; it keeps the totals and the extreme rows."""

    def __init__(
        self,
        validator: RowValidator,
        applied: Applied | None,
        columns: Sequence[str],
        *,
        key_fields: Sequence[str] = (),
        unique_email: str = "",
        coverage: Callable[[str], str] | None = None,
        accepted: Container[str] = frozenset(),
        extremes: bool = True,
    ) -> None:
        """`coverage` gives the characters of a text that no font has. `accepted` codes do not count as faults.

        Without ``extremes`` no extreme rows are looked for.
        """
        self.validator, self.applied, self.columns, self.accepted = validator, applied, list(columns), accepted
        self.totals, self.extremes, self._wants_extremes = Totals(), Extremes(), extremes
        self._doubles = Doubles(key_fields, unique_email)
        self._pairs = Pairs([reader.path for reader in applied.row_readers] if applied else [])
        self._suspicions = Suspicions(applied.row_readers if applied else (), coverage)
        self._by_column = _columns_to_readers(applied.readers if applied else ())
        self._by_pointer = {pointer_of(reader.path): reader for reader in (applied.row_readers if applied else ())}

    def batches(self, batches: Iterable[Batch]) -> Iterator[ValidatedBatch]:
        """This will validate batch after batch."""
        for batch in batches:
            if batch.rows:
                yield self._batch(batch)

    def groups(self, groups: Iterable[Group]) -> Iterator[ValidatedBatch]:
        """This will validate documents of many lines; each comes as a batch of one whose source is its list of lines."""
        for group in groups:
            yield self._group(group)

    def check(self, row: SourceRow) -> ValidatedRow:
        """This will validate one row by itself, without counting it or comparing it with others: for a corrected cell."""
        if self.applied is None:
            assert isinstance(row.values, dict)
            return ValidatedRow(row.number, row.values, row.values, self._explain(row, row.values, ()))
        columns = self.applied.read_columns([row.values], self.applied.row_readers, row.number)
        values = self.applied.assemble(columns, 1)[0]
        others = [self._placed(fault) for fault in self._pairs.find(row.number, columns).get(row.number, ())]
        return ValidatedRow(row.number, row.values, values, self._explain(row, values, others))

    def _batch(self, batch: Batch) -> ValidatedBatch:
        rows, first = batch.rows, batch.first
        columns: dict[str, list[Any]] = {}
        values: Sequence[Values] = rows
        flat: Columns | None = None
        if (applied := self.applied) is not None:
            columns = applied.read_columns(rows, applied.row_readers, first)
            values = MadeRows(lambda: applied.assemble(columns, len(rows)), len(rows))
            flat = applied.flat(columns, len(rows))
        doubles = self._doubles.find(first, rows, values)
        for number, above in self._pairs.find(first, columns).items():
            doubles[number] = [*doubles.get(number, ()), *map(self._placed, above)]
        suspects = set(batch.faults) | set(doubles)
        if flat is None or not self.validator.columns.surely_valid(flat):
            valid = self.validator.valid(values)
            suspects.update(number for number, ok in enumerate(valid, first) if not ok)
        texts: list[str] = []
        is_plain = flat is not None and self._suspicions.is_plain(flat.distinct)
        if self._wants_extremes or not is_plain:
            texts = self._suspicions.row_texts(columns, values)
        if not is_plain:
            suspects |= self._suspicions.look(first, texts)
        result = ValidatedBatch(first, rows, values, columns=flat)
        for number in sorted(suspects):
            source = SourceRow(number, rows[number - first], tuple(batch.faults.get(number, ())))
            faults = self._explain(source, values[number - first], doubles.get(number, ()))
            if faults:
                result.faults[number] = faults
        self._count(result, columns, texts)
        return result

    def _group(self, group: Group) -> ValidatedBatch:
        assert self.applied is not None and self.applied.mapping.grouping is not None
        lines = [line.values for line in group.lines]
        columns = self.applied.read_columns(lines, self.applied.row_readers, group.number)
        one = {path: column[:1] for path, column in columns.items()}
        values = self.applied.assemble(one, 1)[0]
        values[self.applied.mapping.grouping.list_field] = self.applied.apply_lines(lines)
        sequence = {reader.path for reader in self.applied.row_readers if reader.entry.source.kind == "sequence"}
        compared = {path: column for path, column in columns.items() if path not in sequence}
        found = [
            self._disagreement(group.number, path, by_line) for path, by_line in disagreements(compared, group.lines)
        ]
        head = SourceRow(group.number, lines[0], group.faults)
        found += [self._placed(fault) for fault in self._pairs.find(group.number, one).get(group.number, ())]
        texts = self._suspicions.row_texts({}, [values])
        suspicious = self._suspicions.look(group.number, texts) or found or group.faults
        result = ValidatedBatch(group.number, [lines], [values])
        if suspicious or not self.validator.is_valid(values):
            faults = self._explain(head, values, found, lines=lines)
            if faults:
                result.faults[group.number] = faults
        self._count(result, one, texts)
        return result

    def _placed(self, fault: Fault) -> Fault:
        return replace(fault, column=self._column_of(fault.field))

    def _disagreement(self, number: int, path: str, by_line: Mapping[int, Any]) -> Fault:
        shown = ", ".join(f"{excerpt_of(value)} ({line})" for line, value in list(by_line.items())[:4])
        answers = tuple(Answer(str(value or ""), "guess") for value in list(by_line.values())[:4])
        return Fault(
            number,
            "group_disagrees",
            pointer_of(path),
            self._column_of(pointer_of(path)),
            {"values": shown},
            "",
            answers,
        )

    def _explain(
        self, row: SourceRow, values: Values, others: Sequence[Fault], lines: Sequence[Any] | None = None
    ) -> tuple[Fault, ...]:
        """All faults of one row, the same trouble only once: what reading found, then typing, then the schema, then the rest."""
        found = [self._from_reading(row, fault) for fault in row.faults]
        if any(fault.code in _WHOLE_ROW for fault in found):
            return tuple(found[:1])
        blamed = {fault.field for fault in found if fault.field}
        found += [fault for fault in self._from_typing(row, lines) if fault.field not in blamed]
        blamed |= {fault.field for fault in found}
        found += [
            fault for fault in self.validator.faults(row.number, values, self._column_of) if fault.field not in blamed
        ]
        blamed |= {fault.field for fault in found}
        suspicious = self._suspicions.explain(row.number, values, self._column_of)
        found += [fault for fault in suspicious if fault.field not in blamed]
        found += others
        return tuple(fault for fault in found if fault.code not in self.accepted)

    def _from_reading(self, row: SourceRow, fault: CellFault) -> Fault:
        column = fault.column
        name = self.columns[column] if isinstance(column, int) and column < len(self.columns) else str(column or "")
        cell = (
            row.values[column]
            if isinstance(column, int) and isinstance(row.values, list)
            else fault.params.get("text", "")
        )
        readers = self._by_column.get(name, ())
        pointer = pointer_of(readers[0].path) if readers else pointer_of(name) if isinstance(column, str) else ""
        answers: tuple[Answer, ...] = ()
        if fault.code == "control_character" and isinstance(cell, str):
            answers = (Answer(CONTROL.sub("", cell.replace("\x0b", "\n"))),)
        return Fault(row.number, fault.code, pointer, name, dict(fault.params), excerpt_of(cell), answers)

    def _from_typing(self, row: SourceRow, lines: Sequence[Any] | None) -> Iterator[Fault]:
        if self.applied is None:
            return
        for reader in self.applied.row_readers:
            yield from self._typing_fault(row.number, reader, row.values, pointer_of(reader.path))
        for index, line in enumerate(lines or ()):
            for reader in self.applied.line_readers:
                list_field, _, name = reader.path.partition(f"{ITEM}.")
                pointer = f"{pointer_of(list_field)}/{index}{pointer_of(name)}"
                yield from self._typing_fault(row.number, reader, line, pointer)

    def _typing_fault(self, number: int, reader: FieldReader, cells: Any, pointer: str) -> Iterator[Fault]:
        text = reader.text_of(cells)
        problem = reader.problem(text) if text else None
        if problem is not None:
            column = " + ".join(reader.entry.source.columns)
            yield Fault(number, problem.code, pointer, column, dict(problem.params), excerpt_of(text), problem.answers)

    def _column_of(self, pointer: str) -> str:
        reader = self._by_pointer.get(pointer)
        if reader is None and self.applied is not None:
            reader = next((line for line in self.applied.line_readers if _same_place(line.path, pointer)), None)
        return " + ".join(reader.entry.source.columns) if reader else ""

    def _count(self, result: ValidatedBatch, columns: Mapping[str, Sequence[Any]], texts: Sequence[str]) -> None:
        self.totals.rows += len(result.values)
        self.totals.faulty += len(result.faults)
        for faults in result.faults.values():
            self.totals.codes.update({fault.code for fault in faults})
        if not self._wants_extremes:
            return
        numbers: Sequence[int] = range(result.first, result.first + len(result.values))
        lengths, empties = list(map(len, texts)), self._suspicions.empties(columns, result.values)
        values: Sequence[Values] = result.values
        if result.faults:
            good = [index for index, number in enumerate(numbers) if number not in result.faults]
            numbers, values = [numbers[index] for index in good], [values[index] for index in good]
            lengths, empties = [lengths[index] for index in good], [empties[index] for index in good]
        self.extremes.add(numbers, values, lengths, empties)


def _columns_to_readers(readers: Sequence[FieldReader]) -> dict[str, list[FieldReader]]:
    found: dict[str, list[FieldReader]] = {}
    for reader in readers:
        for column in reader.entry.source.columns:
            found.setdefault(column, []).append(reader)
    return found


def _same_place(path: str, pointer: str) -> bool:
    """Whether `lines[].price` is what `/lines/3/price` points at."""
    list_field, _, name = path.partition(f"{ITEM}.")
    start, end = f"{pointer_of(list_field)}/", pointer_of(name)
    middle = pointer[len(start) : len(pointer) - len(end)]
    return pointer.startswith(start) and pointer.endswith(end) and middle.isdigit()
