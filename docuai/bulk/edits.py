"""Corrections of single cells: kept beside the table, never written into it, and put over the rows each time it is read.

`{"23": {"fecha": "2026-04-03"}}`: the number of the line, the column, the new text. A cell that several columns make together
("nombre + apellidos") is corrected as a whole: the text goes into the first column, the others become empty.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from docuai.bulk.tables.cleaning import cell_faults
from docuai.bulk.tables.shapes import Batch, CellFault

JOINT = " + "
Edits = Mapping[str, Mapping[str, str]]
# A person who corrects a cell of such a row has seen the row and keeps its other cells.
SETTLED_BY_ANY_EDIT = frozenset({"ragged_row", "open_quote", "row_too_big"})


def spread(column: str, value: str) -> dict[str, str]:
    """This will give what a correction puts into each of the columns it concerns."""
    first, *others = column.split(JOINT)
    return {first: value, **dict.fromkeys(others, "")}


def with_edits(batches: Iterable[Batch], columns: Sequence[str], edits: Edits) -> Iterator[Batch]:
    """This will yield the batches with the corrections in them, and without the faults that they settle."""
    if not edits:
        yield from batches
        return
    wanted = {int(number): cells for number, cells in edits.items()}
    places = {name: index for index, name in enumerate(columns)}
    for batch in batches:
        last = batch.first + len(batch.rows)
        if here := [number for number in wanted if batch.first <= number < last]:
            batch.rows = list(batch.rows)
        for number in here:
            _edit(batch, number, wanted[number], places)
        yield batch


def _edit(batch: Batch, number: int, cells: Mapping[str, str], places: Mapping[str, int]) -> None:
    row: Any = batch.rows[number - batch.first]
    touched: set[int | str] = set()
    fresh: list[CellFault] = []
    for column, value in cells.items():
        place: int | str | None = places.get(column) if isinstance(row, list) else column
        if place is not None:
            row[place] = value
            touched.add(place)
            fresh += cell_faults(place, value)
    kept = [
        fault
        for fault in batch.faults.pop(number, [])
        if fault.column not in touched and fault.code not in SETTLED_BY_ANY_EDIT
    ]
    if kept or fresh:
        batch.faults[number] = kept + fresh
