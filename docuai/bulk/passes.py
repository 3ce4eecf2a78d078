"""One pass over the table of a draft or a run: read, corrected, mapped, typed and validated, batch after batch.

Checking a draft and importing a run go this same way, so what was promised before launch is what happens after it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, cast
from uuid import UUID

from docuai.bulk.applying import Applied
from docuai.bulk.edits import with_edits
from docuai.bulk.fields import DELIVERY_EMAIL, FieldSpec, fields_of, with_delivery_email
from docuai.bulk.grouping import group_rows, plan_groups
from docuai.bulk.mapping import Mapping as FieldMapping
from docuai.bulk.mapping import problems_of
from docuai.bulk.table_validation import TableValidation, ValidatedBatch
from docuai.bulk.tables.reading import OpenTable, open_table
from docuai.bulk.tables.shapes import Dialect, Kind
from docuai.bulk.validating import RowValidator
from docuai.engines.services import characters_without_font
from docuai.library.models import TemplateVersion
from platform_core.files import selectors as files
from platform_core.files.models import StoredFile


class Asked(Protocol):
    """What a draft and a run have in common: everything that decides how a table is read."""

    organization_id: UUID
    version: TemplateVersion
    dialect: dict[str, Any]
    mapping: dict[str, Any]
    options: dict[str, Any]
    edits: dict[str, Any]

    @property
    def file(self) -> StoredFile | None:
        """The table as it was uploaded."""


class NoTableError(Exception):
    """There is no table to read: none was given, or it is gone."""


class MappingIncompleteError(Exception):
    """Fields are missing that must be filled; `problems` lists what."""

    def __init__(self, problems: list[Any]) -> None:
        self.problems = problems
        super().__init__(" ".join(problem.message for problem in problems))


@dataclass(slots=True)
class Pass:
    """A pass that is about to run: its columns, its fields, the checks with their totals, and the rows."""

    table: OpenTable
    columns: list[str]
    fields: tuple[FieldSpec, ...]
    mapping: FieldMapping
    validation: TableValidation
    batches: Iterator[ValidatedBatch]

    @property
    def sequence_fields(self) -> list[str]:
        """This will name the fields that the number sequence fills."""
        return [entry.field for entry in self.mapping.entries if entry.source.kind == "sequence"]


def schema_of(version: TemplateVersion) -> dict[str, Any]:
    """This will give the schema of a row: the version's, with an e-mail address for sending each person their document."""
    return with_delivery_email(version.schema)


def kind_of(asked: Asked) -> Kind:
    """This will give the kind of table that was found on upload."""
    return cast(Kind, asked.dialect.get("kind", "csv"))


def serial(name: str, number: int) -> str:
    """This will write a number of a sequence: UA-2026-00042."""
    return serials(name, [number])[0]


def serials(name: str, numbers: Iterable[int]) -> list[str]:
    """This will write numbers of a sequence."""
    start = f"{name}-" if name else ""
    if isinstance(numbers, range) and numbers and numbers[0] >= 10_000:
        return list(map(start.__add__, map(str, numbers)))  # long enough as they are
    return [f"{start}{number:05}" for number in numbers]


@contextmanager
def opened(asked: Asked) -> Iterator[OpenTable]:
    """This will open the table for one pass; raises TableError and NoTableError."""
    if asked.file is None or asked.file.deleted_at is not None:
        raise NoTableError
    with files.local_copy(asked.file) as path:
        yield open_table(path, kind_of(asked), Dialect.from_json(asked.dialect), asked.file.name)


@contextmanager
def one_pass(asked: Asked, *, first_number: int = 1, extremes: bool = False) -> Iterator[Pass]:
    """This will make a pass ready; raises TableError, NoTableError and MappingIncompleteError.

    ``first_number`` is where the number sequence goes on; numbers here are for looking, the import takes the real ones.
    ``extremes``: rows worth looking at are picked on the way.
    """
    schema = schema_of(asked.version)
    fields, mapping = fields_of(schema), FieldMapping.from_json(asked.mapping)
    name, offset = str(asked.options.get("sequence") or ""), first_number - 1
    base = base_values(asked)
    for given in base:
        mapping = mapping.without(given)
    with opened(asked) as table:
        columns = [column.name for column in table.columns]
        blocking = [problem for problem in problems_of(mapping, fields, columns) if problem.blocking]
        if blocking:
            raise MappingIncompleteError(blocking)
        applied = Applied(
            mapping,
            fields,
            columns,
            decimal=table.dialect.decimal or ".",
            base=base,
            sequence=lambda first, count: serials(name, range(first + offset, first + offset + count)),
            as_dicts=table.kind in ("json", "jsonl"),
        )
        validation = TableValidation(
            RowValidator(schema),
            applied,
            columns,
            unique_email=DELIVERY_EMAIL if asked.options.get("unique_email") else "",
            coverage=characters_without_font,
            accepted=frozenset(asked.options.get("accepted", ())),
            extremes=extremes,
        )
        yield Pass(table, columns, fields, mapping, validation, _validated(asked, table, columns, mapping, validation))


def base_values(asked: Asked) -> dict[str, Any]:
    """This will give what every row starts from: the run's language, where the template knows one."""
    language = asked.options.get("language")
    return {"lang": language} if language and "lang" in asked.version.schema.get("properties", {}) else {}


def language_of(values: Mapping[str, Any], chosen: str) -> str:
    """This will give the language of a row: the run's, else its own."""
    own = values.get("lang")
    return (chosen or (own if isinstance(own, str) else ""))[:5]


def languages_of(owns: Sequence[Any], chosen: str) -> list[str]:
    """This will give the language of each row, given what its field `lang` holds."""
    if chosen:
        return [chosen[:5]] * len(owns)
    return [own[:5] if isinstance(own, str) else "" for own in owns]


def addresses_of(owns: Sequence[Any]) -> list[str]:
    """This will give the address that each row's document is sent to, empty where its field holds none."""
    return [str(own or "")[:254] for own in owns]


def _validated(
    asked: Asked, table: OpenTable, columns: list[str], mapping: FieldMapping, validation: TableValidation
) -> Iterator[ValidatedBatch]:
    batches = with_edits(table.batches, columns, asked.edits)
    if mapping.grouping is None:
        yield from validation.batches(batches)
        return
    with opened(asked) as counted:  # a first pass that only counts
        plan = plan_groups(with_edits(counted.batches, columns, asked.edits), mapping.grouping, columns)
    yield from validation.groups(group_rows(batches, mapping.grouping, columns, plan))
