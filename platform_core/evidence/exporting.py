"""The log as JSON Lines: each record with its place in the chain, so that whoever holds the file can check it."""

from collections.abc import Iterator
from typing import Any

import orjson
from django.db.models import F, Q, QuerySet

from platform_core.audit.models import AuditEvent
from platform_core.evidence.canonical import ADDED, COLUMNS, PERSONAL
from platform_core.evidence.models import AuditSeal

CHUNK = 1000
HASHES = ("salt", "personal_digest", "record_hash", "previous_hash", "seal_hash")


def json_lines(rows: QuerySet[AuditEvent, Any]) -> Iterator[bytes]:
    """This will write the records, the oldest first, in chunks. Salts go with them: the file holds the words anyway."""
    rows = rows.order_by("at", "id").values(*COLUMNS, *ADDED, *PERSONAL, actor_name=F("actor__name"))
    after = Q()
    while chunk := list(rows.filter(after)[:CHUNK]):
        seals = AuditSeal.objects.for_organization(chunk[0]["organization_id"])
        found = {seal.pk: seal for seal in seals.filter(pk__in=[row["id"] for row in chunk])}
        yield b"".join(orjson.dumps({**row, "seal": _seal(found.get(row["id"]))}) + b"\n" for row in chunk)
        last = chunk[-1]
        after = Q(at__gt=last["at"]) | Q(at=last["at"], id__gt=last["id"])


def _seal(seal: AuditSeal | None) -> dict[str, Any] | None:
    return None if seal is None else seal_of_row(seal)


def seal_of_row(seal: AuditSeal) -> dict[str, Any]:
    """This will give a link of the chain as plain values."""
    hashes = {name: bytes(value).hex() if (value := getattr(seal, name)) is not None else None for name in HASHES}
    return {"sequence": seal.sequence, "noted_at": seal.noted_at, **hashes}
