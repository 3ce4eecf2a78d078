"""Which column fills which field, and how: stored with the draft and remembered for the template. Plain values, no reading here.

`suggesting.py` proposes one, `applying.py` runs one over rows.
"""

from collections.abc import Mapping as Mapped
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz, process

from docuai.bulk.fields import FieldSpec, fillable
from docuai.bulk.transforms import Transform, TransformError

SourceKind = Literal["column", "constant", "concatenate", "sequence"]
MAX_GROUP_LINES = 5000


class MappingError(Exception):
    """A stored mapping cannot be read; the message names the entry."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from: a column, a fixed value, several columns joined, or the run's number sequence."""

    kind: SourceKind
    columns: tuple[str, ...] = ()
    value: Any = None
    separator: str = " "

    @property
    def is_open(self) -> bool:
        """Whether it is a fixed value that nobody has written yet."""
        return self.kind == "constant" and self.value is None


@dataclass(frozen=True, slots=True)
class Entry:
    """One field with its source and the steps on the way."""

    field: str
    source: Source
    transforms: tuple[Transform, ...] = ()


@dataclass(frozen=True, slots=True)
class Grouping:
    """Many lines make one document: rows with the same key belong together, their lines fill the list field."""

    key: tuple[str, ...]
    list_field: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """All entries of a template, and the grouping if there is one."""

    entries: tuple[Entry, ...] = ()
    grouping: Grouping | None = None

    def entry(self, field: str) -> Entry | None:
        """This will give the entry of a field, or None."""
        return next((entry for entry in self.entries if entry.field == field), None)

    def columns(self) -> frozenset[str]:
        """This will name all columns that are used."""
        used = {column for entry in self.entries for column in entry.source.columns}
        return frozenset(used | set(self.grouping.key if self.grouping else ()))

    def with_entry(self, entry: Entry) -> "Mapping":
        """This will give a mapping in which the field has this entry instead of its old one."""
        others = tuple(other for other in self.entries if other.field != entry.field)
        return Mapping((*others, entry), self.grouping)

    def without(self, field: str) -> "Mapping":
        """This will give a mapping in which the field has no entry."""
        return Mapping(tuple(entry for entry in self.entries if entry.field != field), self.grouping)

    def to_json(self) -> dict[str, Any]:
        """This will give a plain dict for a JSON field."""
        stored: dict[str, Any] = {
            "version": 1,
            "fields": {entry.field: _entry_to_json(entry) for entry in self.entries},
        }
        if self.grouping:
            stored["group"] = {"key": list(self.grouping.key), "list_field": self.grouping.list_field}
        return stored

    @classmethod
    def from_json(cls, stored: Mapped[str, Any]) -> "Mapping":
        """This will read a stored mapping; raises MappingError. Short forms: "field": "column", "field": ["first", "last"]."""
        entries = tuple(
            _entry_from_json(field, entry) for field, entry in _object(stored.get("fields", {}), "fields").items()
        )
        group = stored.get("group")
        if not group:
            return cls(entries)
        key = group.get("key", ()) if isinstance(group, Mapped) else ()
        if not isinstance(key, list) or not key or not group.get("list_field"):
            raise MappingError(str(_("“group” needs a “key” (a list of columns) and a “list_field”.")))
        return cls(entries, Grouping(tuple(map(str, key)), str(group["list_field"])))


@dataclass(frozen=True, slots=True)
class MappingProblem:
    """Why a mapping does not fit a template or a table: `blocking` ones must be settled before validation."""

    code: Literal["missing_column", "unknown_field", "no_column", "unused_column", "not_a_list"]
    name: str
    nearest: str = ""
    blocking: bool = True

    @property
    def message(self) -> str:
        """This will say what does not fit, in the reader's language."""
        text = str(_PROBLEMS[self.code]) % {"name": self.name}
        return f"{text} {str(_('Did you mean “%(nearest)s”?')) % {'nearest': self.nearest}}" if self.nearest else text


_PROBLEMS = {
    "missing_column": _("The table has no column “%(name)s”."),
    "unknown_field": _("The template has no field “%(name)s”."),
    "no_column": _("“%(name)s” is required and no column fills it."),
    "unused_column": _("No field uses the column “%(name)s”."),
    "not_a_list": _("Rows can only be grouped into a list; “%(name)s” is none."),
}


def problems_of(
    mapping: Mapping, fields: Sequence[FieldSpec], columns: Sequence[str], given: frozenset[str] = frozenset()
) -> list[MappingProblem]:
    """This will list what keeps a mapping from working, and the columns that it leaves unused. `given` fields are filled otherwise."""
    paths = [field.path for field in fields]
    known = set(columns)
    found = [
        MappingProblem("missing_column", column, nearest(column, columns))
        for column in sorted(mapping.columns())
        if column not in known
    ]
    found += [
        MappingProblem("unknown_field", entry.field, nearest(entry.field, paths))
        for entry in mapping.entries
        if entry.field not in paths
    ]
    group = mapping.grouping.list_field if mapping.grouping else ""
    if group and not any(field.path == group and field.type == "list" for field in fields):
        found.append(
            MappingProblem(
                "not_a_list", group, nearest(group, [field.path for field in fields if field.type == "list"])
            )
        )
    found += [MappingProblem("no_column", path) for path in missing_fields(mapping, fields) if path not in given]
    unfilled = [path for path in paths if mapping.entry(path) is None]
    found += [
        MappingProblem("unused_column", column, nearest(column, unfilled), blocking=False)
        for column in columns
        if column not in mapping.columns()
    ]
    return found


def missing_fields(mapping: Mapping, fields: Sequence[FieldSpec]) -> list[str]:
    """This will name the required fields that nothing fills; a list counts as filled when any of its items' values is."""
    filled = {entry.field for entry in mapping.entries if not entry.source.is_open}
    group = mapping.grouping.list_field if mapping.grouping else ""
    missing = []
    for field in fillable(fields):
        if not field.required or field.path in filled or field.has_default:
            continue
        if field.in_list and field.in_list != group:
            continue
        if field.type == "list" and any(path.startswith((f"{field.path}.", f"{field.path}[].")) for path in filled):
            continue
        missing.append(field.path)
    return missing


def nearest(name: str, names: Sequence[str]) -> str:
    """This will give the name most like another one, or nothing when none is alike."""
    for pool in ([other for other in names if "." not in other], list(names)):  # the plain name before a part of one
        found = process.extractOne(
            name.casefold(), [other.casefold() for other in pool], scorer=fuzz.WRatio, score_cutoff=75
        )
        if found:
            return pool[found[2]]
    return ""


def _entry_to_json(entry: Entry) -> dict[str, Any]:
    source = entry.source
    stored: dict[str, Any] = {"source": source.kind}
    if source.kind == "column":
        stored["column"] = source.columns[0]
    elif source.kind == "concatenate":
        stored |= {"columns": list(source.columns), "separator": source.separator}
    elif source.kind == "constant":
        stored["value"] = source.value
    if entry.transforms:
        stored["transforms"] = [transform.to_json() for transform in entry.transforms]
    return stored


def _entry_from_json(field: str, stored: Any) -> Entry:
    if isinstance(stored, str):
        return Entry(field, Source("column", (stored,)), (Transform("trim"),))
    if isinstance(stored, list):
        return Entry(field, Source("concatenate", tuple(map(str, stored))), (Transform("trim"),))
    entry = _object(stored, field)
    try:
        transforms = tuple(Transform.from_json(_object(step, field)) for step in entry.get("transforms", ()))
    except TransformError as error:
        raise MappingError(f"“{field}”: {error}") from error
    return Entry(field, _source_from_json(field, entry), transforms)


def _source_from_json(field: str, entry: Mapped[str, Any]) -> Source:
    kind = entry.get("source") or (
        "column" if "column" in entry else "concatenate" if "columns" in entry else "constant"
    )
    if kind == "column" and isinstance(entry.get("column"), str):
        return Source("column", (entry["column"],))
    if kind == "concatenate" and isinstance(entry.get("columns"), list) and entry["columns"]:
        return Source("concatenate", tuple(map(str, entry["columns"])), separator=str(entry.get("separator", " ")))
    if kind == "constant" and "value" in entry:
        return Source("constant", value=entry["value"])
    if kind == "sequence":
        return Source("sequence")
    raise MappingError(str(_("“%(field)s” needs a “column”, “columns” or a “value”.")) % {"field": field})


def _object(stored: Any, name: str) -> Mapped[str, Any]:
    if not isinstance(stored, Mapped):
        raise MappingError(str(_("“%(field)s” must be an object.")) % {"field": name})
    return stored
