"""What a file is, before anybody has confirmed it: kind, dialect, columns, first rows, what was found, what can be chosen.

The whole file is read once, so that the data page can say how many rows there are and which are odd; nothing of it is kept.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from docuai.bulk.tables.delimited import DELIMITERS
from docuai.bulk.tables.encodings import EncodingGuess, guess_encoding, known_encoding
from docuai.bulk.tables.limits import MAX_CELL_BYTES, PREVIEW_ROWS
from docuai.bulk.tables.numbers import likely_decimal
from docuai.bulk.tables.plain import FlatRows
from docuai.bulk.tables.reading import OpenTable, no_rows_error, open_table
from docuai.bulk.tables.shapes import Batch, Choices, Dialect, Found, Kind, Notice, SourceRow, TableInspection
from docuai.bulk.tables.sniffing import extension_fits, kind_of

NAMED_ROWS = 20


def inspect_table(path: Path, file_name: str, dialect: Dialect | None = None) -> TableInspection:
    """This will tell all about a table file; what `dialect` sets is taken as a person's choice. Raises TableError."""
    kind = kind_of(path, file_name)
    chosen = dialect or Dialect()
    guess = guess_encoding(path) if kind == "csv" else None
    if guess is not None and chosen.encoding is None:
        chosen = replace(chosen, encoding=guess.encoding)
    with known_encoding(chosen):
        table = open_table(path, kind, chosen, file_name)
    survey = _Survey([column.name for column in table.columns])
    for batch in table.batches:
        survey.add(batch)
    if survey.rows == 0:
        raise no_rows_error(table)
    complete = table.dialect.completed_by(Dialect(decimal=likely_decimal(survey.preview_texts())))
    uncertain = guess is not None and not guess.certain and (dialect is None or dialect.encoding is None)
    notices = (*_notices(kind, file_name, table, uncertain), *survey.notices())
    return TableInspection(
        kind=kind,
        dialect=complete,
        columns=table.columns,
        preview=tuple(survey.preview),
        warnings=notices,
        choices=_choices(kind, guess, table),
        needs_confirmation=uncertain,
        size_bytes=path.stat().st_size,
        found=survey.found(),
    )


def paste_as_file(text: str) -> tuple[str, bytes]:
    """This will give pasted text (from a spreadsheet, a CSV, JSON) a name and bytes, so that it goes the way of an upload."""
    start = text.lstrip()[:1]
    extension = "json" if start in "[{" and start else "tsv" if "\t" in text.split("\n", 1)[0] else "csv"
    return f"pasted.{extension}", text.encode("utf-8", "replace")


def _notices(kind: Kind, file_name: str, table: OpenTable, uncertain: bool) -> list[Notice]:
    notices = list(table.notices)
    if not extension_fits(kind, file_name):
        words = {"csv": "CSV", "xlsx": "XLSX", "json": "JSON", "jsonl": "JSON Lines"}
        notices.insert(0, Notice("wrong_extension", {"file_name": file_name, "kind": words[kind]}))
    if uncertain:
        notices.append(Notice("encoding_uncertain"))
    if kind == "csv" and len(table.columns) == 1:
        notices.append(Notice("delimiter_uncertain"))
    return notices


def _choices(kind: Kind, guess: EncodingGuess | None, table: OpenTable) -> Choices:
    return Choices(
        encodings=guess.choices if guess is not None else (),
        delimiters=DELIMITERS if kind == "csv" else (),
        sheets=table.sheets,
    )


@dataclass(slots=True)
class _Survey:
    """Counts over all rows, the first ones kept for the preview."""

    names: list[str]
    rows: int = 0
    blank_rows: int = 0
    preview: list[SourceRow] = field(default_factory=list)
    ragged: list[int] = field(default_factory=list)
    codes: Counter[str] = field(default_factory=Counter)
    odd: int = 0
    filled: set[str] = field(default_factory=set)
    largest: tuple[int, int] = (0, 0)

    def add(self, batch: Batch) -> None:
        self.rows += len(batch.rows)
        self.blank_rows += batch.blank_rows
        if len(self.preview) < PREVIEW_ROWS:
            self.preview += list(batch.source_rows())[: PREVIEW_ROWS - len(self.preview)]
        for number, faults in sorted(batch.faults.items()):
            self.odd += 1
            self.codes.update(fault.code for fault in faults)
            self.ragged += [number for fault in faults if fault.code == "ragged_row"]
            for fault in faults:
                if fault.code == "cell_too_big":
                    self.largest = max(self.largest, (fault.params["bytes"], number))
        if batch.rows and isinstance(batch.rows[0], list):
            if len(self.filled) < len(self.names):
                columns = zip(self.names, zip(*batch.rows, strict=True), strict=False)
                self.filled.update(name for name, cells in columns if name not in self.filled and any(cells))
            if self.largest[0] < MAX_CELL_BYTES:
                self._measure(batch)

    def _measure(self, batch: Batch) -> None:
        if isinstance(batch.rows, FlatRows):
            longest = max(max(map(len, column)) for column in batch.rows.columns)
            if longest <= self.largest[0]:
                return
        lengths = [max(map(len, row), default=0) for row in batch.rows]
        longest = max(lengths)
        if longest > self.largest[0]:
            number = batch.first + lengths.index(longest)
            size = max(len(cell.encode("utf-8", "surrogatepass")) for cell in batch.rows[number - batch.first])
            self.largest = max(self.largest, (size, number))

    def preview_texts(self) -> list[str]:
        rows = [row.values for row in self.preview]
        return [cell for row in rows for cell in (row if isinstance(row, list) else ()) if isinstance(cell, str)]

    def empty_columns(self) -> tuple[str, ...]:
        if self.preview and isinstance(self.preview[0].values, dict):
            return ()
        return tuple(name for name in self.names if name not in self.filled)

    def found(self) -> Found:
        return Found(
            rows=self.rows,
            blank_rows=self.blank_rows,
            ragged=tuple(self.ragged[:NAMED_ROWS]),
            ragged_count=len(self.ragged),
            odd_count=self.odd,
            empty_columns=self.empty_columns(),
            largest_cell_bytes=self.largest[0],
            largest_cell_row=self.largest[1],
        )

    def notices(self) -> list[Notice]:
        found: list[tuple[bool, str, dict[str, Any]]] = [
            (
                bool(self.ragged),
                "ragged_rows",
                {"count": len(self.ragged), "first": self.ragged[0] if self.ragged else 0},
            ),
            (self.blank_rows > 0, "blank_rows", {"count": self.blank_rows}),
            (self.largest[0] > MAX_CELL_BYTES, "largest_cell", {"bytes": self.largest[0], "number": self.largest[1]}),
        ]
        empty = [Notice("empty_column", {"name": name}) for name in self.empty_columns()]
        return [Notice(code, params) for applies, code, params in found if applies] + empty
