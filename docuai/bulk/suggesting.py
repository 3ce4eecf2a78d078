"""Which column most likely fills which field, with a confidence from 0 to 3 and a reason that people can check.

A column of the field's own name outranks a fixed value of last time.
Otherwise in this order: as last time, the same name, two columns joined, the same meaning, a similar name, values that look right. A column
is given away once; a fixed value is proposed only where the schema has a default.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz

from docuai.bulk.applying import Applied
from docuai.bulk.cells import date_orders, read_number
from docuai.bulk.fields import FieldSpec, fillable
from docuai.bulk.mapping import Entry, Source
from docuai.bulk.mapping import Mapping as FieldMapping
from docuai.bulk.synonyms import FIRST_NAMES, FULL_NAMES, LAST_NAMES, NUMBER_NAMES, same_meaning
from docuai.bulk.transforms import Transform

Reason = Literal[
    "last_time",
    "over_constant",
    "same_name",
    "joined",
    "same_meaning",
    "similar_name",
    "looks_right",
    "default",
    "numbered",
    "none",
]
SURE, LIKELY, POSSIBLE, NONE = 3, 2, 1, 0
SIMILAR = 85
ENOUGH = 0.8  # share of filled cells that must fit a shape
NAMED_ENOUGH = 0.5  # where the name says it already
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_TRIM = Transform("trim")

REASONS = {
    "last_time": _("Same as last time"),
    "over_constant": _("The table has a column “%(column)s”: used instead of last time's fixed value"),
    "same_name": _("Same name"),
    "joined": _("Two columns joined"),
    "same_meaning": _("Same meaning"),
    "similar_name": _("Similar name"),
    "looks_right": _("Its values look right"),
    "default": _("The template's own value"),
    "numbered": _("Numbered without gaps"),
    "none": _("No column looks like it"),
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What is proposed for one field. `fill_rate` is the filled share of the sample (0 to 1), `sample` a value as it would come out."""

    field: FieldSpec
    entry: Entry | None
    confidence: int
    reason: Reason
    fill_rate: float = 0.0
    sample: Any = None
    date_orders: Mapping[str, int] | None = None  # how many sample dates can be read in each order

    @property
    def reason_text(self) -> str:
        """This will give the reason in the reader's language."""
        column = self.entry.source.columns[0] if self.entry and self.entry.source.columns else ""
        return str(REASONS[self.reason]) % {"column": column}


Samples = Sequence[Mapping[str, Any]]


def suggest(
    fields: Sequence[FieldSpec],
    columns: Sequence[str],
    samples: Samples,
    last: FieldMapping | None = None,
    *,
    decimal: str = ".",
    group: str = "",
) -> list[Suggestion]:
    """This will propose an entry for every field that columns can fill. `samples` are some rows by column name.

    `group` is the list field that grouped lines fill; only then do fields inside it get columns.
    """
    wanted = [field for field in fillable(fields) if field.in_list == group or not field.in_list]
    wanted = [field for field in wanted if field.path != group]
    finder = _Finder(wanted, columns, samples, last)
    found = finder.run()
    suggestions = [
        _finished(field, *found.get(field.path, (None, NONE, "none")), columns, samples, decimal) for field in wanted
    ]
    return [suggestion for suggestion in suggestions if suggestion.entry or not _counted(suggestion.field.path)]


def mapping_of(suggestions: Sequence[Suggestion]) -> FieldMapping:
    """This will make a mapping of all that was proposed."""
    return FieldMapping(tuple(suggestion.entry for suggestion in suggestions if suggestion.entry))


def fold(name: str) -> str:
    """This will write a name in plain small letters, words apart: "Correo_Electrónico" as "correo electronico"."""
    apart = re.sub(r"(?<=[a-záéíóúñ0-9])(?=[A-ZÁÉÍÓÚÑ])", " ", name)
    plain = unicodedata.normalize("NFKD", apart.casefold())
    return " ".join(re.sub(r"[\W_]+", " ", "".join(c for c in plain if not unicodedata.combining(c))).split())


def _counted(path: str) -> bool:
    return any(part.isdigit() for part in path.split("."))


Found = tuple[Entry | None, int, Reason]


class _Finder:
    """Goes through the reasons from the strongest to the weakest; what is given away is gone."""

    def __init__(
        self, fields: Sequence[FieldSpec], columns: Sequence[str], samples: Samples, last: FieldMapping | None
    ) -> None:
        self.fields, self.columns, self.samples, self.last = fields, columns, samples, last
        self.folded = {column: fold(column) for column in columns}
        self.free = dict.fromkeys(columns)
        self.found: dict[str, Found] = {}

    def run(self) -> dict[str, Found]:
        self._last_time()
        self._by_column("same_name", SURE, lambda field, column: self.folded[column] in _own_names(field))
        self._joined()
        self._by_column("same_meaning", LIKELY, self._means)
        self._by_column("similar_name", POSSIBLE, self._is_similar)
        self._by_shape()
        for field in self.fields:
            if field.path not in self.found and field.has_default and field.required:
                self.found[field.path] = (Entry(field.path, Source("constant", value=field.default)), LIKELY, "default")
            elif field.path not in self.found and field.required and _is_number_of_document(field):
                self.found[field.path] = (Entry(field.path, Source("sequence")), LIKELY, "numbered")
        return self.found

    def _last_time(self) -> None:
        """Columns first, so that a fixed value gives way only to a column that nothing else took."""
        remembered = [(field, self.last.entry(field.path) if self.last else None) for field in self.fields]
        for field, entry in sorted(remembered, key=lambda each: each[1] is not None and not each[1].source.columns):
            if entry is None or not all(column in self.folded for column in entry.source.columns):
                continue
            if entry.source.kind == "constant" and (column := self._namesake(field)) is not None:
                self._give(field, column, SURE, "over_constant")
                continue
            self.found[field.path] = (entry, SURE, "last_time")
            for column in entry.source.columns:
                self.free.pop(column, None)

    def _namesake(self, field: FieldSpec) -> str | None:
        """A free column that is called like the field, with cells in it that could be its values."""
        names = set(_own_names(field))
        fitting = (column for column in self.free if self.folded[column] in names and self._filled(column))
        return next((column for column in fitting if self._shape_fits(field, column, NAMED_ENOUGH)), None)

    def _by_column(self, reason: Reason, confidence: int, fits: Callable[[FieldSpec, str], bool]) -> None:
        for field in self._open():
            fitting = [column for column in self.free if fits(field, column)]
            enough = NAMED_ENOUGH if reason == "same_name" else ENOUGH
            column = next((column for column in fitting if self._shape_fits(field, column, enough)), None)
            if column is not None:
                self._give(field, column, confidence, reason)

    def _joined(self) -> None:
        """A full name out of first and last name; "nombre" alone may be either, so it takes a column of last names beside it."""
        first = next((column for column in self.free if self.folded[column] in FIRST_NAMES), None)
        last = next((column for column in self.free if self.folded[column] in LAST_NAMES), None)
        field = next((field for field in self.fields if fold(field.name) in FULL_NAMES and field.type == "text"), None)
        if field is None or first is None or last is None:
            return
        given = self.found.get(field.path)
        if given is not None and given[2] == "last_time":
            return
        self.found[field.path] = (Entry(field.path, Source("concatenate", (first, last)), (_TRIM,)), SURE, "joined")
        self.free.pop(first)
        self.free.pop(last)

    def _by_shape(self) -> None:
        """Only addresses and days have a shape of their own, and only a single candidate is convincing."""
        for field in self._open():
            if field.type in ("email", "date") and not _counted(field.path):
                fitting = [column for column in self.free if self._filled(column) and self._shape_fits(field, column)]
                if len(fitting) == 1:
                    self._give(field, fitting[0], POSSIBLE, "looks_right")

    def _means(self, field: FieldSpec, column: str) -> bool:
        return any(same_meaning(name, self.folded[column]) for name in _own_names(field))

    def _is_similar(self, field: FieldSpec, column: str) -> bool:
        name = self.folded[column]
        return any(fuzz.token_sort_ratio(own, name) >= SIMILAR for own in _own_names(field))

    def _open(self) -> list[FieldSpec]:
        """Fields without a column yet, required ones first, so that they have the first choice."""
        return sorted(
            (field for field in self.fields if field.path not in self.found), key=lambda field: not field.required
        )

    def _give(self, field: FieldSpec, column: str, confidence: int, reason: Reason) -> None:
        entry = Entry(field.path, Source("column", (column,)), tuple(_steps(field)))
        self.found[field.path] = (entry, confidence, reason)
        self.free.pop(column, None)

    def _filled(self, column: str) -> list[Any]:
        return [row[column] for row in self.samples if row.get(column) not in (None, "")]

    def _shape_fits(self, field: FieldSpec, column: str, enough: float = ENOUGH) -> bool:
        """Whether enough of a column's cells could be values of a field; an empty column and text fields take anything."""
        cells = self._filled(column)
        texts = [cell.strip() for cell in cells if isinstance(cell, str)]
        if not texts or field.type not in _SHAPES:
            return True
        return sum(map(_SHAPES[field.type], texts)) >= enough * len(texts)


def _is_number_of_document(field: FieldSpec) -> bool:
    return field.path == field.name and field.type == "text" and fold(field.name) in NUMBER_NAMES


def _is_number(text: str) -> bool:
    return isinstance(read_number(text, "."), int | float) or isinstance(read_number(text, ","), int | float)


_SHAPES: dict[str, Callable[[str], bool]] = {
    "email": lambda text: _EMAIL.fullmatch(text) is not None,
    "date": lambda text: bool(date_orders(text)),
    "number": _is_number,
    "integer": _is_number,
}


def _own_names(field: FieldSpec) -> Iterator[str]:
    """What a field is called: its path in words, and at the top level or when it stands for the whole, its last part."""
    yield fold(field.path.replace("[]", ""))
    parts = [part for part in field.path.replace("[]", "").split(".") if part]
    if _counted(field.path):
        yield fold(_one_based(parts))
    elif len(parts) == 1 or field.in_list:
        yield fold(parts[-1])


def _one_based(parts: list[str]) -> str:
    """`signers.0.name` as people number it: "signer 1 name"."""
    words = []
    for index, part in enumerate(parts):
        following = parts[index + 1] if index + 1 < len(parts) else ""
        words.append(str(int(part) + 1) if part.isdigit() else part.removesuffix("s") if following.isdigit() else part)
    return " ".join(words)


def _steps(field: FieldSpec) -> Iterator[Transform]:
    if field.type in ("text", "email"):
        yield _TRIM
    if field.type == "email":
        yield Transform("lower")


def _finished(
    field: FieldSpec,
    entry: Entry | None,
    confidence: int,
    reason: Reason,
    columns: Sequence[str],
    samples: Samples,
    decimal: str,
) -> Suggestion:
    if entry is None:
        return Suggestion(field, None, NONE, reason)
    if entry.source.kind in ("constant", "sequence") or not samples:
        return Suggestion(
            field, entry, confidence, reason, 1.0 if entry.source.kind == "constant" else 0.0, entry.source.value
        )
    applied = Applied(FieldMapping((entry,)), [field], columns, decimal=decimal, as_dicts=True)
    reader = applied.readers[0]
    values = applied.read_columns(samples, [reader])[field.path]
    filled = [value for value in values if value not in (None, "", [])]
    orders = _count_orders(reader.text_of(row) for row in samples) if field.type == "date" else None
    return Suggestion(
        field, entry, confidence, reason, len(filled) / len(samples), filled[0] if filled else None, orders
    )


def _count_orders(texts: Iterator[str]) -> dict[str, int]:
    """How many cells are days in each order; those that can be read two ways count as "both"."""
    counts: dict[str, int] = {}
    for text in texts:
        orders = date_orders(text.strip())
        name = "both" if {"dmy", "mdy"} <= orders and _differs(text.strip()) else next(iter(sorted(orders)), "")
        if name:
            counts[name] = counts.get(name, 0) + 1
    return counts


def _differs(text: str) -> bool:
    first, second = re.split(r"[-/.]", text)[:2]
    return int(first) != int(second)
