"""Rows of a run: found by state and words, named by the person or thing they are about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from docuai.bulk.models import BulkRun, RunRow

NAMES = ("full_name", "name", "nombre", "nombre_completo", "title", "titulo")
PARTIES = ("recipient", "employee", "buyer", "learner", "person", "customer", "client", "addressee")


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row as tables show it."""

    row: RunRow
    label: str


def find_rows(run: BulkRun, *, state: str = "", words: str = "", newest_first: bool = False) -> QuerySet[RunRow]:
    """This will find rows of a run by state, and by number, file name, address or the name in them."""
    rows = RunRow.objects.for_organization(run.organization_id).filter(run=run)
    if state == "corrected":
        rows = rows.filter(document__number__gt=1)
    elif state:
        rows = rows.filter(state=state)
    elif newest_first:
        rows = rows.exclude(state="queued")
    if words.isascii() and words.isdigit():
        rows = rows.filter(number=int(words)) if len(words) < 9 else rows.none()
    elif words:
        named = Q(file_name__icontains=words) | Q(email__icontains=words)
        if path := label_path(run.version.schema):
            named |= Q(**{f"data__{'__'.join(path)}__icontains": words})
        rows = rows.filter(named)
    return rows.select_related("document").order_by("-number" if newest_first else "number")


def shown_row(row: RunRow, path: tuple[str, ...]) -> ShownRow:
    """This will name a row by the value at the path, else by its file."""
    value: Any = row.data
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return ShownRow(row, str(value) if value else row.email or row.file_name)


def label_path(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """This will find the field that says whom a document is about: a name, else the first text."""
    properties: Mapping[str, Any] = schema.get("properties", {})
    for name in NAMES:
        if name in properties:
            return (name,)
    for party in (*PARTIES, *properties):
        inside = properties.get(party, {}).get("properties", {})
        for name in NAMES:
            if name in inside and party not in ("issuer", "seller", "employer", "brand", "sender"):
                return (party, name)
    texts = (name for name, part in properties.items() if part.get("type") == "string" and not part.get("enum"))
    return tuple(text for text in [next(texts, "")] if text)
