"""Checking a log against its chain and the signed heads: the first record that is not what it was, by number and id.

Reads in chunks, in the organization's scope, and changes nothing. What a superuser can do to the tables shows as one of
the faults below; who also signs lines in the journal, or takes the journal away, is beyond it. A link's fault is told
once: what follows from it is not.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from platform_core.audit.models import AuditEvent
from platform_core.evidence import checkpoints
from platform_core.evidence.canonical import (
    ADDED,
    COLUMNS,
    NOTHING,
    PERSONAL,
    is_erased,
    link,
    personal_digest,
    record_hash,
)
from platform_core.evidence.models import AuditPending, AuditSeal

ALTERED, DELETED, INSERTED, REORDERED, BACKDATED = "altered", "deleted", "inserted", "reordered", "backdated"
UNSEALED_GONE, TRUNCATED, REWRITTEN, FORGED = "gone_before_seal", "truncated", "rewritten", "forged_checkpoint"
CHUNK = 2000
MOST_FAULTS = 20
CLOCKS_DIFFER = timedelta(minutes=10)  # between the web's clock and the database's, and the longest transaction
UNCOVERED = """
SELECT e.id, e.at, e.action FROM platform_core_auditevent e
LEFT JOIN platform_core_auditseal s ON s.organization_id = e.organization_id AND s.id = e.id
WHERE e.organization_id = %s AND s.id IS NULL
  AND NOT EXISTS (SELECT FROM platform_core_auditpending p WHERE p.event_id = e.id AND p.organization_id = %s)
ORDER BY e.at, e.id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one record; ``sequence`` 0 where it has no place in the chain."""

    kind: str
    sequence: int = 0
    event_id: str = ""
    at: str = ""
    action: str = ""


@dataclass(slots=True)
class Report:
    """What was checked, and what was found, the first fault first. ``erased`` records were checked without the erased part."""

    checked: int = 0
    waiting: int = 0
    erased: int = 0
    first_sequence: int = 0
    last_sequence: int = 0
    head: str = ""
    checkpoints: int = 0
    signed_sequence: int = 0
    signed_at: str = ""
    faults: list[Fault] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether nothing was found."""
        return not self.faults

    def as_json(self) -> dict[str, Any]:
        """This will give plain values, for a job's result and the API."""
        return {**asdict(self), "whole": self.whole}


def size(organization_id: UUID) -> int:
    """This will say about how many records there are to check: the last one's number."""
    found = AuditSeal.objects.for_organization(organization_id).order_by("-sequence").values_list("sequence", flat=True)
    return found.first() or 0


def verify(organization_id: UUID) -> Report:
    """This will check the whole log of an organization. Call it in its scope."""
    report, signed, erased = Report(), _signed(organization_id), _erased(organization_id)
    report.checkpoints = len(signed)
    if newest := checkpoints.last(organization_id):
        report.signed_sequence, report.signed_at = newest.sequence, newest.at
    last = size(organization_id)
    sequence, previous = _start(organization_id)
    report.first_sequence = sequence + 1
    for seal, event in _records(organization_id, sequence, last):
        report.checked += 1
        report.faults += _link_faults(seal, sequence, previous)
        report.faults += _record_faults(seal, event, report, erased)
        report.faults += _head_faults(seal, signed.pop(seal["sequence"], None))
        sequence, previous = seal["sequence"], bytes(seal["seal_hash"])
        if len(report.faults) >= MOST_FAULTS:
            break
    else:
        report.faults += _tail_faults(organization_id, sequence, signed)
    report.last_sequence, report.head = sequence, previous.hex()
    report.waiting = AuditPending.objects.filter(organization=organization_id).count()
    del report.faults[MOST_FAULTS:]
    return report


def _start(organization_id: UUID) -> tuple[int, bytes]:
    """Where the chain begins: nothing lies before the first link, or what retention has removed, by a signed line."""
    pruned = [line for line in _genuine(organization_id) if line.event == checkpoints.PRUNED]
    return (pruned[-1].sequence, bytes.fromhex(pruned[-1].hash)) if pruned else (0, NOTHING)


def _genuine(organization_id: UUID) -> Iterator[checkpoints.Checkpoint]:
    return (line for line in checkpoints.lines(organization_id) if line.genuine)


def _erased(organization_id: UUID) -> set[tuple[int, str]]:
    """Number and hash of the link: after an accepted backup another record may have the number."""
    return {(line.sequence, line.hash) for line in _genuine(organization_id) if line.event == checkpoints.ERASED}


def _signed(organization_id: UUID) -> dict[int, str]:
    """Heads by number. A backup that staff has accepted ends what was signed past it."""
    found: dict[int, str] = {}
    for line in _genuine(organization_id):
        if line.event == checkpoints.ACCEPTED:
            found = {sequence: hash for sequence, hash in found.items() if sequence <= line.sequence}
        elif line.event == checkpoints.PRUNED:
            found = {sequence: hash for sequence, hash in found.items() if sequence > line.sequence}
        elif line.event == checkpoints.HEAD:
            found[line.sequence] = line.hash
    return found


def _records(organization_id: UUID, after: int, last: int) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    seals: Any = AuditSeal.objects.for_organization(organization_id).filter(sequence__lte=last).order_by("sequence")
    while chunk := list(seals.filter(sequence__gt=after).values()[:CHUNK]):
        ids = [seal["id"] for seal in chunk]
        rows = (
            AuditEvent.objects.for_organization(organization_id).filter(pk__in=ids).values(*COLUMNS, *ADDED, *PERSONAL)
        )
        events: dict[UUID, Any] = {event["id"]: event for event in rows}
        yield from ((seal, events.get(seal["id"])) for seal in chunk)
        after = chunk[-1]["sequence"]


def _link_faults(seal: dict[str, Any], before: int, previous: bytes) -> Iterable[Fault]:
    """A gap is a deleted record; a link that does not fit its own hash or the one before was moved or changed."""
    if seal["sequence"] != before + 1:
        yield Fault(DELETED, before + 1)
        return
    expected = link(
        sequence=seal["sequence"],
        previous=previous,
        record=bytes(seal["record_hash"]),
        event_id=seal["id"],
        organization_id=seal["organization_id"],
        noted_at=seal["noted_at"],
    )
    if expected != bytes(seal["seal_hash"]) or previous != bytes(seal["previous_hash"]):
        yield Fault(REORDERED, seal["sequence"], str(seal["id"]))


def _record_faults(
    seal: dict[str, Any], event: dict[str, Any] | None, report: Report, erased: set[tuple[int, str]]
) -> Iterable[Fault]:
    """What was erased is signed: a record that somebody blanked by hand was altered."""
    sequence, record = seal["sequence"], bytes(seal["record_hash"])
    if event is None:
        yield Fault(UNSEALED_GONE if record == NOTHING else DELETED, sequence, str(seal["id"]))
        return
    personal = bytes(seal["personal_digest"])
    if seal["salt"] is None:
        report.erased += 1
        holds = is_erased(event) and (sequence, bytes(seal["seal_hash"]).hex()) in erased
    else:
        holds = personal_digest(bytes(seal["salt"]), event) == personal
    if not holds or record_hash(event, personal) != record:
        yield _fault(ALTERED, sequence, event)
    elif abs(event["at"] - seal["noted_at"]) > CLOCKS_DIFFER:
        yield _fault(BACKDATED, sequence, event)


def _head_faults(seal: dict[str, Any], signed: str | None) -> Iterable[Fault]:
    if signed is not None and signed != bytes(seal["seal_hash"]).hex():
        yield Fault(REWRITTEN, seal["sequence"], str(seal["id"]))


def _tail_faults(organization_id: UUID, last: int, signed: dict[int, str]) -> Iterable[Fault]:
    """Signed heads past the end, events that nothing covers, lines that nobody of ours has signed."""
    if past := [sequence for sequence in signed if sequence > last]:
        yield Fault(TRUNCATED, last + 1, at=f"{max(past)}")
    with connection.cursor() as cursor:
        cursor.execute(UNCOVERED, [organization_id, organization_id, MOST_FAULTS])
        for id, at, action in cursor.fetchall():
            yield Fault(INSERTED, 0, str(id), at.isoformat(), action)
    forged = [line for line in checkpoints.lines(organization_id) if not line.genuine]
    if forged:
        yield Fault(FORGED, forged[0].sequence, at=forged[0].at)


def _fault(kind: str, sequence: int, event: dict[str, Any]) -> Fault:
    return Fault(kind, sequence, str(event["id"]), event["at"].isoformat(), event["action"])
