"""What one key or one member has touched in a window: their audit events, the calls of their keys, what they took away.

A key is looked at with the keys that it made, a member with the keys that they made.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from platform_core.access.models import ApiKey, ApiRequest
from platform_core.access.selectors import made_by
from platform_core.audit.models import AuditEvent
from platform_core.kits.tenancy.models import OrganizationOwnedQuerySet
from platform_core.organizations.models import Membership

PERIODS = (1, 7, 30, 90)
WHAT = ("", "changes", "downloads", "denied")
TOOK_AWAY = Q(action__endswith="download") | Q(action__endswith="export") | Q(action__endswith="report")
TOOK_AWAY |= Q(action__endswith="archive") | Q(action__endswith="view")


@dataclass(frozen=True, slots=True)
class Subject:
    """A key, or a member; the ids of all keys that belong to the look; the person."""

    name: str
    key: ApiKey | None
    member: Membership | None
    key_ids: frozenset[UUID]

    @property
    def target(self) -> Any:
        return self.key or self.member

    @property
    def kind(self) -> str:
        return "key" if self.key else "member"


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when, and which events: as the address says it."""

    since: datetime.datetime
    until: datetime.datetime
    days: int | None
    what: str = ""


def subject_of(organization_id: UUID, *, key_id: Any = None, member_id: Any = None) -> Subject | None:
    """This will find a key or a member of the organization."""
    if key_id:
        key = ApiKey.objects.for_organization(organization_id).select_related("created_by").filter(pk=key_id).first()
        if key is None:
            return None
        return Subject(key.name, key, None, frozenset({key.pk} | made_by([key.pk], organization_id)[key.pk]))
    rows = Membership.objects.for_organization(organization_id).select_related("user", "custom_role")
    member = rows.filter(pk=member_id).first()
    if member is None:
        return None
    mine = ApiKey.objects.for_organization(organization_id).filter(created_by=member.user)
    first = list(mine.values_list("pk", flat=True))
    every = set(first).union(*made_by(first, organization_id).values())
    return Subject(str(member.user), None, member, frozenset(every))


def window_of(parameters: Mapping[str, str], *, now: datetime.datetime) -> Window:
    """This will read the window of an address: ``since`` and ``until`` as days, or the last ``days``; a week if nothing fits."""
    what = parameters.get("what", "")
    what = what if what in WHAT else ""
    since, until = _day(parameters.get("since", "")), _day(parameters.get("until", ""))
    if since:
        end = _midnight(until + datetime.timedelta(days=1)) if until else now
        return Window(_midnight(since), end, None, what)
    given = parameters.get("days", "")
    days = int(given) if given in map(str, PERIODS) else 7
    return Window(now - datetime.timedelta(days=days), now, days, what)


def events_of(organization_id: UUID, subject: Subject, window: Window) -> OrganizationOwnedQuerySet[AuditEvent]:
    """This will list the audit events of the subject in the window, the newest first."""
    by = Q(key_id__in=subject.key_ids)
    if subject.member:
        by |= Q(actor_id=subject.member.user_id) | Q(as_person_id=subject.member.user_id)
    rows = AuditEvent.objects.for_organization(organization_id).filter(by, at__gte=window.since, at__lt=window.until)
    if window.what == "downloads":
        rows = rows.filter(TOOK_AWAY)
    elif window.what == "changes":
        rows = rows.exclude(TOOK_AWAY).filter(outcome=AuditEvent.Outcome.DONE)
    elif window.what == "denied":
        rows = rows.exclude(outcome=AuditEvent.Outcome.DONE)
    return rows.select_related("actor").order_by("-at", "-id")


def calls_of(organization_id: UUID, subject: Subject, window: Window) -> OrganizationOwnedQuerySet[ApiRequest]:
    """This will list the API calls of the subject's keys in the window, the newest first; they are kept seven days."""
    rows = ApiRequest.objects.for_organization(organization_id).filter(key_id__in=subject.key_ids)
    return rows.filter(at__gte=window.since, at__lt=window.until).select_related("key").order_by("-id")


def living_keys(organization_id: UUID, subject: Subject) -> OrganizationOwnedQuerySet[ApiKey]:
    """This will list the keys that "Revoke everything" ends."""
    rows = ApiKey.objects.for_organization(organization_id).filter(pk__in=subject.key_ids, revoked_at=None)
    return rows.order_by("pk")


def _day(text: str) -> datetime.date | None:
    try:
        found = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year < 9000 else None


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time.min, timezone.get_current_timezone())
