"""Sealing: new audit events get a number and a place in their organization's chain of hashes.

Ids and clocks are no commit order. The sealer takes events whose transaction lies below the oldest one that still runs
(the xmin of its snapshot), so nothing can turn up among those it has numbered. Transaction ids of another cluster (a
restored dump) cannot be compared: their events are settled. One sealer at a time, kept by an advisory lock; call it in
the service's scope.
"""

import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, models, transaction
from django.db.models import Min, Q
from django.db.models.functions import Now

from platform_core.audit.models import AuditEvent
from platform_core.evidence.canonical import ADDED, COLUMNS, NOTHING, PERSONAL, link, personal_digest, record_hash
from platform_core.evidence.models import AuditPending, AuditSeal

BATCH = 2000
LOCK = 7_201_104  # pg_try_advisory_xact_lock: the audit sealer
WAITING = ("id", "organization_id", "event_id", "transaction_id", "cluster_id", "noted_at", "is_sealed")
READ = (*COLUMNS, *ADDED, *PERSONAL)
SEALED = (
    "id",
    "organization_id",
    "sequence",
    "transaction_id",
    "cluster_id",
    "noted_at",
    "sealed_at",
    "salt",
    "personal_digest",
    "record_hash",
    "previous_hash",
    "seal_hash",
)
HEADS = """
SELECT o.id, s.sequence, s.seal_hash FROM unnest(%s::uuid[]) o (id)
CROSS JOIN LATERAL (SELECT sequence, seal_hash FROM platform_core_auditseal
                    WHERE organization_id = o.id ORDER BY sequence DESC LIMIT 1) s
"""
HASHES = SEALED[7:]
INSERT = f"""
INSERT INTO platform_core_auditseal ({", ".join(SEALED)})
SELECT {", ".join(SEALED[:7])}, {", ".join(f"decode({name}, 'hex')" for name in HASHES)}
FROM json_to_recordset(%s::json) AS links (
    id uuid, organization_id uuid, sequence bigint, transaction_id bigint, cluster_id bigint, noted_at timestamptz,
    sealed_at timestamptz, {", ".join(f"{name} text" for name in HASHES)})
"""  # noqa: S608  names of columns


class OldestRunning(models.Func):
    """The id of the oldest transaction that has not ended, as this statement's snapshot sees it."""

    template = "(pg_snapshot_xmin(pg_current_snapshot())::text::bigint)"
    output_field = models.BigIntegerField()
    arity = 0


class ThisCluster(models.Func):
    """What tells this Postgres from the one that a dump came from."""

    template = "(SELECT system_identifier FROM pg_control_system())"
    output_field = models.BigIntegerField()
    arity = 0


def seal_batch(*, size: int = BATCH) -> int:
    """This will seal up to ``size`` settled events of all organizations, in one transaction; return how many.

    0 where there is nothing to do or another sealer is at it.
    """
    with transaction.atomic():
        if not _locked():
            return 0
        waiting = list(_settled(size))
        if waiting:
            events = _events([pending.event_id for pending in waiting])
            heads = _heads({pending.organization_id for pending in waiting})
            fresh = [pending for pending in waiting if not pending.is_sealed]
            _store(list(_links(fresh, events, heads, sealed_at=_now())))
            _forget([pending.id for pending in waiting])
    return len(waiting)


def lag_seconds() -> float:
    """This will say for how long the oldest event has waited for its seal; 0 where none waits."""
    waited = models.ExpressionWrapper(Now() - Min("noted_at"), models.DurationField())
    lag = AuditPending.objects.aggregate(lag=waited)["lag"]
    return max(lag.total_seconds(), 0.0) if lag else 0.0


def _locked() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _forget(ids: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM platform_core_auditpending WHERE id = ANY(%s)", [ids])


def _settled(size: int) -> models.QuerySet[Any]:
    """Rows of another cluster first, then by transaction; in one transaction in the order they were written.

    One that was queued again by hand says so: it gets no second seal, and no sealer fails over it for ever.
    """
    elsewhere = ~Q(cluster_id=ThisCluster())
    order = models.Case(
        models.When(elsewhere, then=models.Value(-1, models.BigIntegerField())), default="transaction_id"
    )
    settled = AuditPending.objects.filter(elsewhere | Q(transaction_id__lt=OldestRunning()))
    again = models.Exists(AuditSeal.objects.filter(pk=models.OuterRef("event_id")))
    return settled.annotate(is_sealed=again).order_by(order, "id").values_list(*WAITING, named=True)[:size]


def _events(ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """As one array: thousands of parameters of their own would cost more than all the hashes."""
    rows = AuditEvent.objects.extra(where=["id = ANY(%s)"], params=[ids]).values(*READ)
    return {event["id"]: event for event in rows}


def _heads(organizations: Iterable[UUID]) -> dict[UUID, tuple[int, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(HEADS, [list(organizations)])
        return {id: (sequence, bytes(hash)) for id, sequence, hash in cursor.fetchall()}


def _links(
    waiting: list[Any],
    events: dict[UUID, dict[str, Any]],
    heads: dict[UUID, tuple[int, bytes]],
    *,
    sealed_at: datetime,
) -> Iterator[tuple[Any, ...]]:
    """An event that is gone before its seal leaves a link without a record: verifying names it."""
    for pending in waiting:
        sequence, previous = heads.get(pending.organization_id, (0, NOTHING))
        sequence += 1
        salt, event = os.urandom(16), events.get(pending.event_id)
        personal = personal_digest(salt, event) if event else NOTHING
        record = record_hash(event, personal) if event else NOTHING
        seal = link(
            sequence=sequence,
            previous=previous,
            record=record,
            event_id=pending.event_id,
            organization_id=pending.organization_id,
            noted_at=pending.noted_at,
        )
        heads[pending.organization_id] = sequence, seal
        yield (
            pending.event_id,
            pending.organization_id,
            sequence,
            pending.transaction_id,
            pending.cluster_id,
            pending.noted_at,
            sealed_at,
            salt.hex(),
            personal.hex(),
            record.hex(),
            previous.hex(),
            seal.hex(),
        )


def _store(links: list[tuple[Any, ...]]) -> None:
    """As one document: arrays of bytes are escaped one by one, which costs more than all the hashes."""
    if not links:
        return
    rows = [dict(zip(SEALED, link, strict=True)) for link in links]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [orjson.dumps(rows).decode()])


def _now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
        return found
