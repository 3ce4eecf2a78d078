"""What reading a table yields: its kind and dialect, its columns, its rows in batches.

Cells are text, whatever the file says; only JSON keeps its types. The schema of the template types them later
(`docuai.bulk.applying`). A fault of one row travels with the row; what spoils the whole file is a `TableError`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, NamedTuple

Kind = Literal["csv", "xlsx", "json", "jsonl"]
Cell = Any  # text, or with JSON also a number, a boolean, None, a list or an object


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the file is to be read; what the data page shows and lets people correct. None means "not known yet"."""

    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None  # line with the column names, from 1; 0: there are none
    sheet: str | None = None
    decimal: Literal[".", ","] = "."

    def to_json(self) -> dict[str, Any]:
        """This will give a plain dict that `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Dialect":
        """This will read what `to_json` wrote; unknown keys are dropped."""
        return cls(**{name: stored[name] for name in cls.__dataclass_fields__ if name in stored})

    def with_defaults(self, found: "Dialect") -> "Dialect":
        """This will keep what is set here and take the rest from `found`."""
        missing = {
            name: getattr(found, name)
            for name in ("encoding", "delimiter", "header_row", "sheet")
            if getattr(self, name) is None
        }
        return replace(self, **missing)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: the name rows and mappings use, and the name as it stood in the file."""

    index: int
    name: str
    original: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something found on reading that stops nothing: code, row or line number (0: whole file), values for the text."""

    code: str
    number: int = 0
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EncodingChoice:
    """A way to read the bytes: how many of them it cannot read, and the lines that depend on it."""

    encoding: str
    label: str
    unreadable: int
    preview: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """What the data page offers beside the reading chosen."""

    encodings: tuple[EncodingChoice, ...] = ()
    delimiters: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableInspection:
    """What is known before anybody has confirmed anything: enough for the data page."""

    kind: Kind
    dialect: Dialect
    columns: tuple[Column, ...]
    preview: tuple["SourceRow", ...]
    warnings: tuple[Notice, ...]
    choices: Choices
    needs_confirmation: bool
    size_bytes: int


class CellFault(NamedTuple):
    """What reading found wrong with a row: `column` is an index, or None when the row as a whole is meant."""

    code: str
    column: int | None
    params: Mapping[str, Any]


class SourceRow(NamedTuple):
    """One row of the table, numbered from 1 without the header and without blank lines."""

    number: int
    values: list[Cell] | dict[str, Cell]
    faults: tuple[CellFault, ...] = ()

    def cells(self, columns: tuple[Column, ...]) -> dict[str, Cell]:
        """This will give the row by column name; a cell past the last column is under the key `…`."""
        if isinstance(self.values, dict):
            return self.values
        return {column.name: value for column, value in zip(columns, self.values, strict=False)}


@dataclass(slots=True)
class Batch:
    """Up to 1,000 rows read together, so that later steps can work a column at a time."""

    first: int
    rows: list[list[Cell]] | list[dict[str, Cell]]
    faults: dict[int, list[CellFault]] = field(default_factory=dict)  # by row number

    def source_rows(self) -> Iterator[SourceRow]:
        """This will yield the rows one by one with their numbers and faults."""
        rows: Iterable[list[Cell] | dict[str, Cell]] = self.rows
        for number, values in enumerate(rows, self.first):
            yield SourceRow(number, values, tuple(self.faults.get(number, ())))
