"""What is in force now: pauses, notices, who acts as whom. Notices and pauses of pages are remembered for some seconds."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import redis
from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import get_language

from platform_core.audit.models import AuditEvent
from platform_core.kits.tenancy.scope import service
from platform_core.kits.work.pausing import Held
from platform_core.operations.models import Impersonation, Notice, NoticeDismissal, Pause, SupportAccess
from platform_core.organizations.models import Membership, Organization

SESSION_NAME = "impersonation"  # in a session of staff: as what they act
SECONDS = 60  # changes by staff forget what is remembered at once; this is for what begins and ends by itself
NOTICES, PAUSES = "operations.notices", "operations.pauses"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice or the reason of a pause, in the reader's language."""

    id: UUID
    level: str
    text: str
    dismissible: bool = True


def open_pauses() -> QuerySet[Pause]:
    """This will find what is in force, by the database's clock."""
    return Pause.objects.filter(Q(until=None) | Q(until__gt=Now()), lifted_at=None)


def held_now() -> Held:
    """This will say to workers what is held back. Read each time: a pause counts from the next claim on."""
    found: list[Any] = list(open_pauses().values_list("scope", "name", "organization_id"))
    names = {scope: frozenset(name for kind, name, _owner in found if kind == scope) for scope in Pause.Scope.values}
    owners = frozenset(owner for _kind, _name, owner in found if owner is not None)
    return Held(names[Pause.Scope.QUEUE], names[Pause.Scope.PROVIDER], owners)


def notices_for(organization_id: UUID | None, person_id: UUID | None) -> list[Shown]:
    """This will list what a person has not put away: to everybody, and to their organization. No query at rest."""
    now = timezone.now()
    dated = _remembered(NOTICES, _dated_notices)
    wanted = [
        n for n in dated if n["starts_at"] <= now < n["ends_at"] and n["organization_id"] in (None, organization_id)
    ]
    if not wanted:
        return []
    away = _remembered(dismissed_name(person_id), lambda: _dismissed(person_id)) if person_id else set()
    return [Shown(n["id"], n["level"], _said(n, "text")) for n in wanted if n["id"] not in away]


def pauses_for(organization_id: UUID | None) -> list[dict[str, Any]]:
    """This will list the pauses that concern an organization, as rows with their reason. No query at rest."""
    now = timezone.now()
    rows = _remembered(PAUSES, _open_pauses)
    mine = [
        p for p in rows if (p["until"] is None or p["until"] > now) and p["organization_id"] in (None, organization_id)
    ]
    return [{**pause, "reason": _said(pause, "reason")} for pause in mine]


def dismissed_name(person_id: Any) -> str:
    return f"operations.dismissed:{person_id}"


def allows_support(organization_id: UUID) -> bool:
    """This will say whether staff may act as members of an organization."""
    found = SupportAccess.objects.for_organization(organization_id).values_list("allowed", flat=True).first()
    return True if found is None else found


def living_impersonation(id: Any) -> Impersonation | None:
    """This will find what is still in force, whole: time, member, staff account, and the organization's consent."""
    with service("find the impersonation that a session names"):
        rows = Impersonation.objects.filter(ended_at=None, expires_at__gt=Now(), pk=id)
        found = rows.select_related("staff", "person", "organization").first()
        if found is None or not (found.staff.is_active and found.staff.is_staff):
            return None
        if not found.person.is_active or found.person.is_staff:
            return None
        members = Membership.objects.for_organization(found.organization_id).filter(user=found.person_id)
        return found if members.exists() and allows_support(found.organization_id) else None


def impersonations(organization_id: UUID) -> list[Impersonation]:
    """This will list who of staff acted as whom, the newest first."""
    rows = Impersonation.objects.for_organization(organization_id).select_related("staff", "person")
    return list(rows.order_by("-started_at")[:50])


def actions_during(impersonation: Impersonation) -> int:
    """This will count what was written down while it was in force."""
    done = AuditEvent.objects.for_organization(impersonation.organization_id)
    end = impersonation.ended_at or impersonation.expires_at
    wanted = {"actor_id": impersonation.staff_id, "as_person_id": impersonation.person_id}
    return done.filter(at__gte=impersonation.started_at, at__lte=end, **wanted).count()


def members_to_be(organization: Organization) -> list[Membership]:
    """This will list as whom staff could act."""
    rows = Membership.objects.for_organization(organization).select_related("user")
    return list(rows.filter(user__is_staff=False, user__is_active=True).order_by("user__name", "user__email")[:500])


def forget_notices() -> None:
    """This will have notices and pauses read anew by all processes."""
    try:
        cache.delete_many([NOTICES, PAUSES])
    except redis.RedisError as error:
        logger.warning("operations.not_forgotten", extra={"error": type(error).__name__})


def _dated_notices() -> list[dict[str, Any]]:
    rows = Notice.objects.filter(ends_at__gt=Now()).order_by("-starts_at")
    return list[Any](rows.values("id", "level", "text_en", "text_es", "organization_id", "starts_at", "ends_at")[:50])


def _open_pauses() -> list[dict[str, Any]]:
    columns = ("id", "scope", "name", "organization_id", "reason_en", "reason_es", "until")
    return list[Any](open_pauses().order_by("created_at").values(*columns)[:200])


def _dismissed(person_id: Any) -> set[UUID]:
    return set(NoticeDismissal.objects.filter(person=person_id).values_list("notice_id", flat=True))


def _said(row: dict[str, Any], field: str) -> str:
    return str(row[f"{field}_es"] if (get_language() or "").startswith("es") else row[f"{field}_en"])


def _remembered(name: str, read: Callable[[], Any]) -> Any:
    """Without Redis the database is asked each time."""
    try:
        found = cache.get(name)
        if found is None:
            found = read()
            cache.set(name, found, SECONDS)
    except redis.RedisError:
        return read()
    return found


def open_incidents(language: str) -> list[Shown]:
    """This will list what staff say to everybody right now, for the status page."""
    rows = Notice.objects.filter(starts_at__lte=Now(), ends_at__gt=Now(), organization=None)
    rows = rows.filter(level__in=[Notice.Level.INCIDENT, Notice.Level.WARN]).order_by("-starts_at")[:20]
    return [Shown(row.pk, row.level, row.text_es if language == "es" else row.text_en, False) for row in rows]
