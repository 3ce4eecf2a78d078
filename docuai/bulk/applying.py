"""A mapping run over rows: a column at a time, many rows together, so that the usual cell costs a look into a dictionary.

A text that cannot become the value of its field stays text, which the schema then refuses; `explain` says why for that one row.
Empty cells are None where the schema allows null, and absent where it does not.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as Mapped
from dataclasses import dataclass, field
from typing import Any

from docuai.bulk.cells import CellProblem, typed
from docuai.bulk.fields import ITEM, FieldSpec
from docuai.bulk.mapping import Entry, Mapping
from docuai.bulk.tables.plain import FlatRows
from docuai.bulk.transforms import setting, text_step, text_steps

REMEMBERED = 20_000
_SCALARS = frozenset({str, int, float, bool})
_TEXTS = frozenset({str, type(None)})
Values = dict[str, Any]
Rows = Sequence[Any]


class _Remembered(dict[str, Any]):
    """Results by text. Columns of names never repeat, so it starts over when it is full."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        super().__init__()
        self.read = read

    def __missing__(self, text: str) -> Any:
        if len(self) >= REMEMBERED:
            self.clear()
        value = self[text] = self.read(text)
        return value


@dataclass(slots=True)
class FieldReader:
    """One entry made ready: takes cells, gives values."""

    path: str
    entry: Entry
    spec: FieldSpec
    decimal: str
    indexes: tuple[int, ...]  # of its columns; empty for dicts
    steps: list[Callable[[str], Any]] = field(init=False)

    def __post_init__(self) -> None:
        is_plain_text = self.spec.type in ("text", "email") and setting(self.entry.transforms, "default") is None
        self.steps = text_steps(self.entry.transforms) if is_plain_text else [_Remembered(self._read).__getitem__]

    def problem(self, text: str) -> CellProblem | None:
        """This will say why a text cannot become this field's value, or None."""
        value = self._typed(self._text(text))
        return value if isinstance(value, CellProblem) else None

    def text_of(self, row: Any) -> str:
        """This will give the text that a row has for this field, before any step; empty when its cell is no text."""
        cells = [row[index] if index >= 0 else lookup(row, name) for index, name in self._places()]
        if self.entry.source.kind == "concatenate":
            return self.entry.source.separator.join([str(cell) for cell in cells if cell not in ("", None)])
        return cells[0] if cells and isinstance(cells[0], str) else ""

    def column(self, rows: Rows, cells: Callable[[int, str], Iterable[Any]]) -> list[Any]:
        """This will give this field's value for each row; None where it is empty."""
        source = self.entry.source
        if source.kind == "constant":
            return [source.value] * len(rows)
        if source.kind == "concatenate":
            joined = [list(cells(index, name)) for index, name in self._places()]
            parts = zip(*joined, strict=True)
            if self.indexes and not any("" in column for column in joined):
                raw: Iterable[Any] = map(source.separator.join, parts)
            else:
                raw = [source.separator.join([str(part) for part in row if part not in ("", None)]) for row in parts]
        else:
            raw = cells(*self._places()[0])
        for step in self.steps if self.indexes else [self._convert_any]:
            raw = map(step, raw)
        values = list(raw)
        return [None if value == "" else value for value in values] if "" in values else values

    def _places(self) -> list[tuple[int, str]]:
        names = self.entry.source.columns
        return list(zip(self.indexes or (-1,) * len(names), names, strict=True))

    def _convert_any(self, cell: Any) -> Any:
        if cell is None:
            cell = ""
        if isinstance(cell, str):
            for step in self.steps:
                cell = step(cell)
        return cell

    def _read(self, text: str) -> Any:
        text = self._text(text)
        value = self._typed(text)
        return text if isinstance(value, CellProblem) else value

    def _text(self, text: str) -> str:
        step = text_step(self.entry.transforms)
        text = step(text) if step else text
        if not text.strip():
            text = setting(self.entry.transforms, "default") or ""
        return text

    def _typed(self, text: str) -> Any:
        if self.spec.type in ("text", "email") or not text.strip():
            return text if text.strip() or self.spec.type == "text" else ""
        if self.spec.type == "list":
            return _list_from_text(text)
        decimal = setting(self.entry.transforms, "number") or self.decimal
        order = setting(self.entry.transforms, "date") or "auto"
        return typed(text.strip(), self.spec.type, decimal=decimal, date_order=order)


@dataclass(slots=True)
class _Node:
    """A place in the row: a value, an object of named places, or a list of numbered ones."""

    reader: FieldReader | None = None
    children: dict[str, "_Node"] = field(default_factory=dict)
    nullable: bool = False

    def values(self, columns: Mapped[str, list[Any]], length: int) -> list[Any]:
        if self.reader is not None:
            return columns[self.reader.path]
        parts = {name: node.values(columns, length) for name, node in self.children.items()}
        rows = zip(*parts.values(), strict=True)
        if all(name.isdigit() for name in parts):
            return [[item for item in row if item is not None] or None for row in rows]
        objects = _objects(self.children, parts)
        return [
            None if all(value is None for value in row) else found for row, found in zip(rows, objects, strict=True)
        ]


def _objects(children: Mapped[str, _Node], parts: Mapped[str, list[Any]]) -> list[Values]:
    """Columns as objects; an empty value is null where the schema allows it, and absent where it does not."""
    names = tuple(parts)
    objects = [dict(zip(names, row)) for row in zip(*parts.values())]  # noqa: B905 - of one length, and this is the hot spot
    for name, values in parts.items():
        if None in values and not children[name].nullable:
            for found, value in zip(objects, values, strict=True):
                if value is None:
                    del found[name]
    return objects


def distinct_values(column: Sequence[Any]) -> Sequence[Any]:
    """This will give what stands in a column, each value once where that is safe (1, 1.0 and true are equal, not alike)."""
    try:
        found = set(column)
    except TypeError:
        return column  # lists and objects
    is_text = _TEXTS.issuperset(map(type, found))
    return list(found) if is_text or is_uniform(column) else column


def is_uniform(column: Sequence[Any]) -> bool:
    """Whether all values of a column that are there are of one plain type."""
    kinds = set(map(type, column)) - {type(None)}
    return len(kinds) <= 1 and kinds <= _SCALARS


@dataclass(slots=True)
class Columns:
    """The values of some rows by field, where no field lies within another. `nullable`: an empty one is null, not absent."""

    by_field: dict[str, list[Any]]
    length: int
    nullable: frozenset[str] = frozenset()
    distinct: dict[str, Sequence[Any]] = field(init=False)  # what stands in each column

    def __post_init__(self) -> None:
        self.distinct = {name: distinct_values(column) for name, column in self.by_field.items()}

    def fill(self, name: str, values: list[Any]) -> None:
        """This will put a value into a field of each row."""
        self.by_field[name], self.distinct[name] = values, distinct_values(values)

    def column(self, name: str) -> Sequence[Any]:
        """This will give a field's value in each row; None where it is empty, and everywhere if nothing fills it."""
        return self.by_field.get(name) or [None] * self.length

    def picked(self, places: Sequence[int]) -> "Columns":
        """This will keep some rows."""
        kept = {name: [column[place] for place in places] for name, column in self.by_field.items()}
        return Columns(kept, len(places), self.nullable)


class MadeRows(Sequence[Values]):
    """Rows of values that are put together when the first of them is asked for: the usual batch never needs them."""

    def __init__(self, make: Callable[[], list[Values]], length: int) -> None:
        self._make, self._length = make, length
        self._rows: list[Values] | None = None

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: int) -> Values:  # type: ignore[override]  # nobody slices
        if self._rows is None:
            self._rows = self._make()
        return self._rows[index]


class Applied:
    """A mapping made ready for one table: columns found, fields typed. `base` holds values that every row starts from."""

    def __init__(
        self,
        mapping: Mapping,
        fields: Sequence[FieldSpec],
        columns: Sequence[str],
        *,
        decimal: str = ".",
        base: Values | None = None,
        sequence: Callable[[int, int], list[str]] | None = None,
        as_dicts: bool = False,
    ) -> None:
        self.mapping, self.base, self.sequence, self.as_dicts = mapping, dict(base or {}), sequence, as_dicts
        specs = {spec.path: spec for spec in fields}
        positions = {name: index for index, name in enumerate(columns)}
        self.readers: list[FieldReader] = []
        for entry in mapping.entries:
            if entry.field not in specs or (entry.source.kind == "sequence" and sequence is None):
                continue
            indexes = () if as_dicts else tuple(positions[name] for name in entry.source.columns)
            self.readers.append(FieldReader(entry.field, entry, specs[entry.field], decimal, indexes))
        group = mapping.grouping.list_field + ITEM if mapping.grouping else None
        self.line_readers = [reader for reader in self.readers if group and reader.path.startswith(f"{group}.")]
        self.row_readers = [reader for reader in self.readers if ITEM not in reader.path]
        self._rows = _tree(self.row_readers, specs, "")
        self._is_flat = not group and all("." not in reader.path for reader in self.row_readers)
        self._nullable = frozenset(spec.path for spec in fields if spec.nullable)
        self._lines = _tree(self.line_readers, specs, f"{group}.") if group else None

    def apply(self, rows: Rows, first: int = 1) -> list[Values]:
        """This will give the values of each row of a batch; `first` is the number of its first row, for the number sequence."""
        return self.assemble(self.read_columns(rows, self.row_readers, first), len(rows))

    def apply_lines(self, rows: Rows) -> list[Values]:
        """This will give the items that lines of a group become in its list."""
        assert self._lines is not None
        parts = _parts(self._lines, self.read_columns(rows, self.line_readers), len(rows))
        return _objects(self._lines.children, parts)

    def assemble(self, columns: Mapped[str, list[Any]], length: int) -> list[Values]:
        """This will make rows of values out of columns, nested as the dotted paths say."""
        if not columns:
            return [dict(self.base) for _ in range(length)]
        rows = _objects(self._rows.children, _parts(self._rows, columns, length))
        return [self._on_base(row) for row in rows] if self.base else rows

    def flat(self, columns: Mapped[str, list[Any]], length: int) -> Columns | None:
        """This will give what rows would be made of, column by column, or None where their values are nested."""
        if not self._is_flat:
            return None
        by_field = dict(columns)
        for name, value in self.base.items():
            column = by_field.get(name)
            by_field[name] = [value if own is None else own for own in column] if column else [value] * length
        return Columns(by_field, length, self._nullable)

    def _on_base(self, row: Values) -> Values:
        return {**self.base, **row, **{name: value for name, value in self.base.items() if row.get(name) is None}}

    def read_columns(self, rows: Rows, readers: Sequence[FieldReader], first: int = 1) -> dict[str, list[Any]]:
        """This will give the values by field instead of by row."""
        table: Sequence[Sequence[Any]] | None = None
        if not self.as_dicts:
            table = rows.columns if isinstance(rows, FlatRows) else list(zip(*rows, strict=True))

        def cells(index: int, name: str) -> Iterable[Any]:
            return table[index] if table is not None else [lookup(row, name) for row in rows]

        columns = {}
        for reader in readers:
            if reader.entry.source.kind == "sequence" and self.sequence is not None:
                columns[reader.path] = self.sequence(first, len(rows))
            else:
                columns[reader.path] = reader.column(rows, cells)
        return columns


def _parts(root: _Node, columns: Mapped[str, list[Any]], length: int) -> dict[str, list[Any]]:
    return {name: node.values(columns, length) for name, node in root.children.items()}


def _tree(readers: Sequence[FieldReader], specs: Mapped[str, FieldSpec], prefix: str) -> _Node:
    root = _Node()
    for reader in readers:
        node, path = root, prefix
        for part in reader.path.removeprefix(prefix).split("."):
            path += part
            node = node.children.setdefault(part, _Node(nullable=path in specs and specs[path].nullable))
            path += "."
        node.reader = reader
    return root


def lookup(row: Mapped[str, Any], path: str) -> Any:
    """This will find a value of a JSON row by its column, which may be a dotted path; None when it is not there."""
    if path in row:
        return row[path]
    value: Any = row
    for part in path.split("."):
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    return value


def _list_from_text(text: str) -> list[Any]:
    """A cell that fills a list: JSON if it looks like it, else its lines, else what stands between semicolons."""
    if text.lstrip().startswith("["):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, list):
            return found
    parts = text.splitlines() if "\n" in text else text.split(";")
    return [part.strip() for part in parts if part.strip()]
