"""The evidence as a ZIP, streamed: audit events with their seals, the links of the chain, calls, a manifest with hashes.

``chain.jsonl`` holds every link from the first of these events to the head of now, so that whoever holds the file can walk
from each event to the head; ``manifest.json`` names the head and the last head that was signed outside the database.
"""

import csv
import datetime
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Min

from platform_core.evidence import checkpoints
from platform_core.evidence.exporting import json_lines, seal_of_row
from platform_core.evidence.models import AuditSeal
from platform_core.evidence.touching import Subject, Window, calls_of, events_of

COLUMNS = ("at", "key_id", "method", "path", "status", "ms", "request_id", "code", "detail")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
CHUNK = 500


class _Sink(io.RawIOBase):
    """Where the ZIP is written to; what is written is taken out again at once."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """This will give what was written since the last time."""
        parts, self.parts = self.parts, []
        return b"".join(parts)


def bundle(organization_id: UUID, subject: Subject, window: Window, *, head: dict[str, Any]) -> Iterator[bytes]:
    """This will yield the ZIP; ``head`` is what the manifest says first (who asked, when, of whom)."""
    events, calls = events_of(organization_id, subject, window), calls_of(organization_id, subject, window)
    files: dict[str, Iterable[bytes]] = {
        "audit-events.jsonl": json_lines(events),
        "chain.jsonl": _links(organization_id, events),
        "api-requests.csv": _table(calls),
    }
    sink, hashes = _Sink(), []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, chunks in files.items():
            digest, size = hashlib.sha256(), 0
            with archive.open(name, "w", force_zip64=True) as entry:
                for chunk in chunks:
                    entry.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
                    yield sink.take()
            hashes.append({"name": name, "sha256": digest.hexdigest(), "bytes": size})
        manifest = {**head, "files": hashes, "chain": _head(organization_id)}
        archive.writestr("manifest.json", orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    yield sink.take()


def head_of(subject: Subject, window: Window, *, slug: str, by: str, now: datetime.datetime) -> dict[str, Any]:
    """This will say of whom the evidence is, of when, and who took it."""
    return {
        "organization": slug,
        "subject": {"kind": subject.kind, "id": str(subject.target.pk), "name": subject.name},
        "key_ids": sorted(map(str, subject.key_ids)),
        "since": window.since.isoformat(),
        "until": window.until.isoformat(),
        "what": window.what or "everything",
        "made_at": now.isoformat(timespec="seconds"),
        "made_by": by,
    }


def _links(organization_id: UUID, events: Any) -> Iterator[bytes]:
    seals = AuditSeal.objects.for_organization(organization_id)
    mine = seals.filter(pk__in=events.order_by().values("pk"))
    after = mine.aggregate(first=Min("sequence"))["first"]
    while after is not None:
        links = list(seals.filter(sequence__gte=after).order_by("sequence")[:CHUNK])
        yield b"".join(orjson.dumps({"event_id": link.pk, **_bare(link)}) + b"\n" for link in links)
        after = links[-1].sequence + 1 if len(links) == CHUNK else None


def _bare(link: AuditSeal) -> dict[str, Any]:
    """A link without the salt: that belongs to the words of its event alone."""
    return {name: value for name, value in seal_of_row(link).items() if name != "salt"}


def _table(calls: Any) -> Iterator[bytes]:
    yield (",".join(COLUMNS) + "\r\n").encode()
    rows, before = calls.values(*(name for name in COLUMNS), "id"), None
    while chunk := list((rows.filter(pk__lt=before) if before else rows)[:CHUNK]):
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows([_cell(row[name]) for name in COLUMNS] for row in chunk)
        yield text.getvalue().encode()
        before = chunk[-1]["id"]


def _cell(value: Any) -> str:
    text = value.isoformat() if isinstance(value, datetime.datetime) else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _head(organization_id: UUID) -> dict[str, Any] | None:
    link = AuditSeal.objects.for_organization(organization_id).order_by("-sequence").first()
    if link is None:
        return None
    signed = checkpoints.last(organization_id)
    return {
        "sequence": link.sequence,
        "seal_hash": bytes(link.seal_hash).hex(),
        "signed": {"sequence": signed.sequence, "hash": signed.hash} if signed else None,
    }
