"""Reads of the audit log."""

from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from platform_core.audit.models import AuditEvent

LOOKUPS = {"key": "key_id", "since": "at__gte", "until": "at__lt"}
COLUMNS = (
    "id",
    "at",
    "actor_kind",
    "actor_id",
    "as_person_id",
    "key_id",
    "action",
    "outcome",
    "target_type",
    "target_id",
    "target_label",
    "changes",
    "request_id",
    "ip",
    "user_agent",
)


def audit_rows(organization_id: UUID, **narrowed: Any) -> QuerySet[AuditEvent, Any]:
    """This will list what was done in an organization, narrowed by ``action``, ``outcome``, ``actor``, ``key``, ``since`` …

    The actor's name is today's: the log itself holds the person by reference.
    """
    rows = AuditEvent.objects.for_organization(organization_id)
    rows = rows.filter(**{LOOKUPS.get(name, name): value for name, value in narrowed.items()})
    shown: QuerySet[AuditEvent, Any] = rows.values(
        *COLUMNS, actor_name=F("actor__name"), as_person_name=F("as_person__name")
    )
    return shown
