"""What reading a table yields: its kind and dialect, its columns, its rows in batches.

Cells are text, whatever the file says; only JSON keeps its types. The schema of the template types them later
(`docuai.bulk.applying`). What is wrong with one row travels with the row; what spoils the whole file is a `TableError`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, NamedTuple

Kind = Literal["csv", "xlsx", "json", "jsonl"]
Cell = Any  # text, or with JSON also a number, a boolean, None, a list or an object


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the file is to be read: what the data page shows and lets people correct. None means "find out"."""

    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None  # line with the column names, from 1; 0: there are none
    sheet: str | None = None
    decimal: Literal[".", ","] | None = None

    def to_json(self) -> dict[str, Any]:
        """This will give a plain dict that `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Dialect":
        """This will read what `to_json` wrote; unknown keys are dropped."""
        return cls(**{part.name: stored[part.name] for part in fields(cls) if part.name in stored})

    def completed_by(self, found: "Dialect") -> "Dialect":
        """This will keep what is set here and take the rest from `found`."""
        names = [part.name for part in fields(self)]
        return replace(found, **{name: value for name in names if (value := getattr(self, name)) is not None})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: the name that rows and mappings use, and the name as it stands in the file."""

    index: int
    name: str
    original: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something found on reading that stops nothing; the words are in `notices.describe`."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EncodingChoice:
    """A way to read the bytes: how many of them it cannot read, and what it makes of the lines that differ."""

    encoding: str
    unreadable: int
    preview: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """What the data page offers beside the reading chosen."""

    encodings: tuple[EncodingChoice, ...] = ()
    delimiters: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What reading the whole file showed ("Found on reading" of the data page)."""

    rows: int = 0
    blank_rows: int = 0
    ragged: tuple[int, ...] = ()  # numbers of the first 20
    ragged_count: int = 0
    odd_count: int = 0  # rows with any fault of reading
    empty_columns: tuple[str, ...] = ()
    largest_cell_bytes: int = 0
    largest_cell_row: int = 0


class CellFault(NamedTuple):
    """What reading found wrong with a row: `column` is an index or a name, or None when the whole row is meant."""

    code: str
    column: int | str | None
    params: Mapping[str, Any]


class SourceRow(NamedTuple):
    """One row of the table, numbered from 1 without the header and without blank lines."""

    number: int
    values: list[Cell] | dict[str, Cell]
    faults: tuple[CellFault, ...] = ()

    def cells(self, columns: Sequence[Column]) -> dict[str, Cell]:
        """This will give the row by column name."""
        if isinstance(self.values, dict):
            return self.values
        return {column.name: value for column, value in zip(columns, self.values, strict=False)}


@dataclass(slots=True)
class Batch:
    """Some rows read together, so that later steps can work a column at a time. Lists, or with JSON dicts."""

    first: int
    rows: Sequence[Any]
    faults: dict[int, list[CellFault]] = field(default_factory=dict)  # by row number
    blank_rows: int = 0

    def source_rows(self) -> Iterator[SourceRow]:
        """This will yield the rows one by one with their numbers and faults."""
        for number, values in enumerate(self.rows, self.first):
            yield SourceRow(number, values, tuple(self.faults.get(number, ())))


@dataclass(frozen=True, slots=True)
class TableInspection:
    """What is known of a file before anybody has confirmed anything: enough for the data page."""

    kind: Kind
    dialect: Dialect
    columns: tuple[Column, ...]
    preview: tuple[SourceRow, ...]
    warnings: tuple[Notice, ...]
    choices: Choices
    needs_confirmation: bool
    size_bytes: int
    found: Found = Found()
