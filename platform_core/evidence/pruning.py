"""Removing what a log keeps no longer: the end of the removed part is signed first, so the rest still proves itself.

Only the owner of the tables may delete here (the app and the service cannot): the command ``prune_audit`` connects as
the owner. The table is not partitioned: its key would have to hold the time, and every reader the partition.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from platform_core.audit.models import AuditEvent
from platform_core.audit.services import audit
from platform_core.evidence import checkpoints
from platform_core.evidence.models import AuditRetention, AuditSeal, RowHistory

CHUNK = 5000


def expired(organization_id: UUID, *, now: datetime) -> tuple[AuditSeal | None, datetime | None]:
    """This will find the last link that is older than the log is kept, and the instant before which history goes."""
    kept = AuditRetention.objects.for_organization(organization_id).values_list("days", flat=True).first()
    if kept is None:
        return None, None
    before = now - timedelta(days=kept)
    seals = AuditSeal.objects.for_organization(organization_id).order_by("sequence")
    young = seals.filter(noted_at__gte=before).first()
    old = seals.filter(sequence__lt=young.sequence) if young else seals
    return old.last(), before


def prune(organization_id: UUID, *, now: datetime) -> int:
    """This will sign, then remove in chunks; return how many records. As the owner, in the organization's scope."""
    last, before = expired(organization_id, now=now)
    removed = 0
    if before is not None:
        RowHistory.objects.for_organization(organization_id).filter(at__lt=before)._raw_delete("default")
    if last is None:
        return 0
    hash = bytes(last.seal_hash).hex()
    checkpoints.sign(organization_id, sequence=last.sequence, hash=hash, event=checkpoints.PRUNED)
    old = AuditSeal.objects.for_organization(organization_id).filter(sequence__lte=last.sequence).order_by("sequence")
    while ids := list(old.values_list("id", flat=True)[:CHUNK]):
        with transaction.atomic():
            AuditEvent.objects.for_organization(organization_id).filter(pk__in=ids).delete()
            AuditSeal.objects.for_organization(organization_id).filter(pk__in=ids).delete()
        removed += len(ids)
    audit(action="audit.prune", organization_id=organization_id, changes={"records": [removed, 0]})
    return removed
