"""Signed heads of the chains, kept outside Postgres: who may rewrite the whole database still cannot rewrite these.

A file an organization in ``DATA_DIR/journal/audit``, only ever appended to; each machine that signs has its own, on a
disk that outlives the process (copy the folder to write-once storage). A line is signed with a key made of SECRET_KEY
(HMAC-SHA256) and names it; SECRET_KEY_FALLBACKS are still read. Ids and hashes only.

What was sealed since the last line, a minute at most, is covered by the chain alone.
"""

import hashlib
import hmac
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from platform_core.evidence.canonical import canonical

HEAD, PRUNED, ACCEPTED, ERASED = "head", "pruned", "accepted", "erased"
ALGORITHM = "HMAC-SHA256"
TAIL_BYTES = 4096
HEADS = """
SELECT o.id, s.sequence, encode(s.seal_hash, 'hex') FROM platform_core_organization o
CROSS JOIN LATERAL (SELECT sequence, seal_hash FROM platform_core_auditseal
                    WHERE organization_id = o.id ORDER BY sequence DESC LIMIT 1) s
"""
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One line. ``pruned``: what lies up to ``sequence`` was removed by retention; ``accepted``: a restored backup ended there;
    ``erased``: what that one record said of a person was erased.
    """

    event: str
    sequence: int
    hash: str
    at: str
    genuine: bool


def folder() -> Path:
    """This will name the folder, made where it is missing."""
    found = Path(settings.DATA_DIR) / "journal" / "audit"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def sign_heads() -> int:
    """This will sign each head that has moved since its last line. Call it in the service's scope."""
    with connection.cursor() as cursor:
        cursor.execute(HEADS)
        heads = cursor.fetchall()
    signed = 0
    for organization_id, sequence, hash in heads:
        known = last(organization_id)
        if known is None or known.sequence < sequence:
            sign(organization_id, sequence=sequence, hash=hash)
            signed += 1
        elif known.sequence > sequence:
            facts = {"organization_id": str(organization_id), "signed": known.sequence, "found": sequence}
            logger.error("audit.chain_behind_checkpoint", extra=facts)
    return signed


def sign(organization_id: UUID, *, sequence: int, hash: str, event: str = HEAD) -> None:
    """This will append one signed line; it is on disk when this returns."""
    fields = {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "event": event,
        "organization": str(organization_id),
        "sequence": sequence,
        "hash": hash,
        "algorithm": ALGORITHM,
    }
    key = _keys()[0]
    fields["key"] = _name(key)
    line = json.dumps({**fields, "signature": _signature(key, fields)}) + "\n"
    descriptor = os.open(_file(organization_id), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def lines(organization_id: UUID) -> Iterator[Checkpoint]:
    """This will read an organization's lines, the oldest first; one that is no JSON (a power cut) is left out."""
    try:
        with _file(organization_id).open("rb") as file:
            for line in file:
                if found := _read(line, organization_id):
                    yield found
    except FileNotFoundError:
        return


def last(organization_id: UUID) -> Checkpoint | None:
    """This will read the last genuine line about the chain's end without reading the rest."""
    try:
        with _file(organization_id).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
            found = [line for raw in file.read().splitlines() if (line := _read(raw, organization_id))]
    except FileNotFoundError:
        return None
    return next((line for line in reversed(found) if line.genuine and line.event != ERASED), None)


def _read(raw: bytes, organization_id: UUID) -> Checkpoint | None:
    try:
        fields: dict[str, Any] = json.loads(raw)
        given = str(fields.pop("signature"))
        mine = fields["organization"] == str(organization_id) and fields["algorithm"] == ALGORITHM
        keys = [key for key in _keys() if _name(key) == fields["key"]]
        genuine = mine and any(hmac.compare_digest(given, _signature(key, fields)) for key in keys)
        return Checkpoint(str(fields["event"]), int(fields["sequence"]), str(fields["hash"]), fields["at"], genuine)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _file(organization_id: UUID) -> Path:
    return folder() / f"{organization_id}.jsonl"


def _keys() -> list[bytes]:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [hmac.digest(str(secret).encode(), b"portfolio.audit.checkpoint", "sha256") for secret in secrets]


def _name(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:16]


def _signature(key: bytes, fields: dict[str, Any]) -> str:
    return hmac.new(key, canonical(fields), hashlib.sha256).hexdigest()


def sign_report(report: dict[str, Any]) -> dict[str, Any]:
    """This will sign a report as heads are signed: the same keys, named, over its canonical JSON."""
    key = _keys()[0]
    fields = {**report, "algorithm": ALGORITHM, "key": _name(key)}
    return {**fields, "signature": _signature(key, fields)}


def is_genuine(report: dict[str, Any]) -> bool:
    """This will say whether a report is as it was signed here."""
    fields = dict(report)
    given = str(fields.pop("signature", ""))
    keys = [key for key in _keys() if _name(key) == fields.get("key")]
    return any(hmac.compare_digest(given, _signature(key, fields)) for key in keys)
