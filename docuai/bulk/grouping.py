"""Many lines, one document: rows with the same key belong together.

A first pass (`plan_groups`) counts, so that the second one streams where the lines of a key follow each other, and collects only
where they do not. Groups come in the order of their first lines and are numbered from 1, like rows.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from docuai.bulk.applying import lookup
from docuai.bulk.mapping import MAX_GROUP_LINES, Grouping
from docuai.bulk.tables.shapes import Batch, CellFault, SourceRow

Key = tuple[Any, ...]


class Group(NamedTuple):
    """The lines that become one document."""

    number: int
    key: Key
    lines: list[SourceRow]
    faults: tuple[CellFault, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """What the first pass found: how many documents there will be, and whether the lines of each key stand together."""

    groups: int
    contiguous: bool
    longest: int


def plan_groups(batches: Iterable[Batch], grouping: Grouping, columns: Sequence[str]) -> GroupPlan:
    """This will count groups in one pass, keeping only a number a key."""
    key_of = key_reader(grouping, columns)
    counts: dict[Key, int] = {}
    contiguous, last = True, None
    for batch in batches:
        for row in batch.rows:
            key = key_of(row)
            contiguous = contiguous and (key == last or key not in counts)
            counts[key] = counts.get(key, 0) + 1
            last = key
    return GroupPlan(len(counts), contiguous, max(counts.values(), default=0))


def group_rows(
    batches: Iterable[Batch], grouping: Grouping, columns: Sequence[str], plan: GroupPlan
) -> Iterator[Group]:
    """This will yield the groups; lines past the 5,000th of a key are dropped and the group says so in a fault."""
    rows = (row for batch in batches for row in batch.source_rows())
    key_of = key_reader(grouping, columns)
    keyed = ((key_of(row.values), row) for row in rows)
    together = _following(keyed) if plan.contiguous else _collected(keyed)
    for number, (key, lines) in enumerate(together, 1):
        yield Group(number, key, lines[:MAX_GROUP_LINES], tuple(_faults(key, lines)))


def key_reader(grouping: Grouping, columns: Sequence[str]) -> Callable[[Any], Key]:
    """This will give a function from a row to its key, blanks around the cells aside."""
    places = {name: index for index, name in enumerate(columns)}
    indexes = [places.get(name, -1) for name in grouping.key]

    def key_of(row: Any) -> Key:
        cells = (
            [lookup(row, name) for name in grouping.key] if isinstance(row, dict) else [row[index] for index in indexes]
        )
        return tuple(cell.strip() if isinstance(cell, str) else str(cell) for cell in cells)

    return key_of


def _following(keyed: Iterable[tuple[Key, SourceRow]]) -> Iterator[tuple[Key, list[SourceRow]]]:
    last: Key | None = None
    lines: list[SourceRow] = []
    for key, row in keyed:
        if key != last and last is not None:
            yield last, lines
            lines = []
        last = key
        if len(lines) <= MAX_GROUP_LINES:
            lines.append(row)
    if last is not None:
        yield last, lines


def _collected(keyed: Iterable[tuple[Key, SourceRow]]) -> Iterator[tuple[Key, list[SourceRow]]]:
    groups: dict[Key, list[SourceRow]] = {}
    for key, row in keyed:
        lines = groups.setdefault(key, [])
        if len(lines) <= MAX_GROUP_LINES:
            lines.append(row)
    yield from groups.items()


def _faults(key: Key, lines: list[SourceRow]) -> Iterator[CellFault]:
    """What reading found in the lines is the group's; each says in which line of the table."""
    if not any(key):
        yield CellFault("group_without_key", None, {"lines": len(lines)})
    if len(lines) > MAX_GROUP_LINES:
        yield CellFault("group_too_long", None, {"limit": MAX_GROUP_LINES})
    for line in lines[:MAX_GROUP_LINES]:
        for fault in line.faults:
            yield CellFault(fault.code, fault.column, {**fault.params, "line": line.number})


def disagreements(columns: dict[str, list[Any]], lines: Sequence[SourceRow]) -> Iterator[tuple[str, dict[int, Any]]]:
    """This will yield each field of the document whose lines do not agree, with the first line of each value."""
    for path, values in columns.items():
        first_lines: dict[str, tuple[int, Any]] = {}
        for value, line in zip(values, lines, strict=True):
            first_lines.setdefault(repr(value), (line.number, value))
        if len(first_lines) > 1:
            yield path, dict(first_lines.values())
