"""Changes of access that were made past the platform, told to the organization's log.

The trigger writes every change of a membership or key into the history, whoever makes it. Those of another database
login than the app's (an administrator in psql, a migration) have no audit event of their own: the clock writes one.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast, Now

from platform_core.audit.models import AuditEvent
from platform_core.audit.services import audit
from platform_core.evidence.models import RowHistory
from platform_core.kits.tenancy.roles import APP_ROLE

LOOKS_BACK = timedelta(days=30)
TOLD_AT_ONCE = 100


def untold() -> Iterable[RowHistory]:
    """This will find such changes without an event, of all organizations, the oldest first. For the service's scope."""
    told = AuditEvent.objects.filter(
        organization_id=OuterRef("organization_id"),
        target_type=RowHistory._meta.label_lower,
        target_id=Cast(OuterRef("pk"), CharField()),
    )
    outside = RowHistory.objects.exclude(database_role=APP_ROLE).filter(at__gt=Now() - LOOKS_BACK)
    return outside.filter(~Exists(told)).order_by("at")[:TOLD_AT_ONCE]


def tell(change: RowHistory) -> None:
    """This will write the event, in the organization's scope."""
    audit(
        action="row.outside",
        target=change,
        organization_id=change.organization_id,
        target_label=change.table.removeprefix("platform_core_"),
        changes=differences(change),
    )


def differences(change: RowHistory) -> dict[str, list[object]]:
    """This will name the columns that differ, each with its value before and after."""
    old, new = change.old or {}, change.new or {}
    names = [name for name in {**old, **new} if name not in ("id", "organization_id")]
    return {name: [old.get(name), new.get(name)] for name in names if old.get(name) != new.get(name)}
