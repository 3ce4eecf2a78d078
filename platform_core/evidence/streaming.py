"""The log on its way to an organization's collector: batches of JSON Lines in the order of the chain, signed, over HTTPS.

The chain is commit order, so the cursor is a number in it. It moves after a 2xx and never before: a collector may get a
batch twice and never misses a record (each has its id and its number). A batch leaves outside of any transaction; of two
workers the lease lets one send.
"""

import logging
import random
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from platform_core.audit.models import AuditEvent
from platform_core.evidence.canonical import ADDED, COLUMNS, PERSONAL
from platform_core.evidence.exporting import seal_of_row
from platform_core.evidence.models import AuditSeal, AuditStream
from platform_core.kits.crypto import signing
from platform_core.kits.tenancy.scope import service, tenant
from platform_core.kits.web import outbound

BATCH, BATCHES_A_TURN, AT_ONCE = 500, 10, 50
LEASE = timedelta(seconds=60)
AGAIN = (10, 30, 60, 300, 900, 3600)  # seconds until the next try, half to one and a half of it
logger = logging.getLogger(__name__)


def due() -> list[tuple[UUID, UUID]]:
    """This will find streams that have something to send and are due. For the service's scope."""
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    rows = AuditStream.objects.filter(free, is_on=True, due_at__lte=Now()).order_by("due_at")
    return list(rows.values_list("organization_id", "id")[:AT_ONCE])


def work() -> int:
    """This will send what is due of all organizations and return how many records were taken."""
    with service("find audit streams that are due"):
        found = due()
    sent = 0
    for organization_id, id in found:
        with tenant(organization_id):
            sent += send(organization_id, id)
    return sent


def send(organization_id: UUID, id: UUID) -> int:
    """This will send a stream's batches until nothing is left or one is refused; in the organization's scope."""
    rows = AuditStream.objects.for_organization(organization_id).filter(id=id)
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    if not rows.filter(free, is_on=True).update(lease_until=Now() + LEASE):
        return 0
    sent = 0
    try:
        for _turn in range(BATCHES_A_TURN):
            stream = rows.get()
            seals, body = batch(stream)
            if not seals or not stream.is_on:
                break
            if not _hand_over(stream, seals, body):
                break
            sent += len(seals)
            rows.update(lease_until=Now() + LEASE)
    finally:
        rows.update(lease_until=None)
    return sent


def batch(stream: AuditStream) -> tuple[list[AuditSeal], bytes]:
    """This will make the next batch: seals in order, and their records as lines. A record that is gone leaves its seal."""
    owner = stream.organization_id
    seals = AuditSeal.objects.for_organization(owner).filter(sequence__gt=stream.sequence).order_by("sequence")
    wanted = list(seals[:BATCH])
    rows = AuditEvent.objects.for_organization(owner).filter(pk__in=[seal.pk for seal in wanted])
    events: dict[UUID, dict[str, Any]] = {row["id"]: row for row in rows.values(*COLUMNS, *ADDED, *PERSONAL)}
    lines = [{**events.get(seal.pk, {"id": seal.pk}), "seal": seal_of_row(seal)} for seal in wanted]
    return wanted, b"".join(orjson.dumps(line) + b"\n" for line in lines)


def _hand_over(stream: AuditStream, seals: list[AuditSeal], body: bytes) -> bool:
    first, last, now = seals[0].sequence, seals[-1].sequence, timezone.now()
    message_id = f"audit_{stream.pk.hex}_{first}_{last}"  # the same batch has the same id, however often it is sent
    signatures = signing.headers_of(
        stream.secrets(now), message_id=message_id, timestamp=int(now.timestamp()), body=body
    )
    headers = {"Content-Type": "application/jsonl", "User-Agent": "Portfolio-Audit/1", **signatures}
    rows = AuditStream.objects.for_organization(stream.organization_id).filter(id=stream.pk, sequence=stream.sequence)
    try:
        answer = outbound.post(stream.url, body, headers)
        wrong = "" if 200 <= answer.status < 300 else f"HTTP {answer.status}"
    except outbound.OutboundError as error:
        wrong = f"{error.code}: {error}"
    if not wrong:
        facts = {"failures": 0, "last_error": "", "last_success_at": Now(), "due_at": Now()}
        return bool(rows.filter(url=stream.url).update(sequence=last, **facts))
    seconds = AGAIN[min(stream.failures, len(AGAIN) - 1)] * random.uniform(0.5, 1.5)  # noqa: S311
    rows.update(
        failures=F("failures") + 1,
        last_error=wrong[:200].replace("\x00", ""),
        last_failure_at=Now(),
        due_at=Now() + timedelta(seconds=seconds),
    )
    logger.warning("audit.stream_refused", extra={"stream": str(stream.pk), "reason": wrong[:80]})
    return False
