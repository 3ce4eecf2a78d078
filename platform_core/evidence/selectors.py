"""The audit log as its page reads it: filtered, the newest first, cut by position and not by page number."""

import datetime
import ipaddress
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Min, Q
from django.utils import timezone

from platform_core.access.models import ApiKey
from platform_core.accounts.models import User
from platform_core.audit.models import AuditEvent
from platform_core.evidence.models import AuditRetention, AuditSeal, AuditStream, RowHistory
from platform_core.jobs.models import Job
from platform_core.kits.permissions import PERMISSIONS
from platform_core.kits.tenancy.models import OrganizationOwnedQuerySet
from platform_core.kits.tenancy.searching import found_by
from platform_core.organizations.models import Organization

PAGE_SIZE = 50
MOST_COUNTED = 10_000
MOST_HISTORY = 20
JOB_KIND = "platform_core.audit.verify"
PERIODS = (1, 7, 30, 90, 365)
Events = OrganizationOwnedQuerySet[AuditEvent]


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for; empty where it asks for nothing, or for nonsense."""

    search: str = ""
    who: str = ""
    action: str = ""
    outcome: str = ""
    target: str = ""
    days: int | None = None
    since: datetime.date | None = None
    until: datetime.date | None = None
    address: str = ""
    said: tuple[str, ...] = ()  # actions whose sentence, in the reader's language, or name holds the searched words

    @property
    def any(self) -> bool:
        """Whether anything is filtered."""
        return any(
            (
                self.search,
                self.who,
                self.action,
                self.outcome,
                self.target,
                self.days,
                self.since,
                self.until,
                self.address,
            )
        )


@dataclass(frozen=True, slots=True)
class Slice:
    """A stretch of the log and the positions of its neighbors."""

    events: list[AuditEvent]
    newer: str = ""
    older: str = ""
    keys: dict[UUID, ApiKey] = field(default_factory=dict)


def filters_of(parameters: Mapping[str, str], *, said: Callable[[str], Iterable[str]] = lambda text: ()) -> Filters:
    """This will read the filters of an address; what makes no sense is left out. ``said`` finds actions by their words."""
    days = parameters.get("days", "")
    outcome = parameters.get("outcome", "")
    search = parameters.get("q", "").strip().replace("\x00", "")[:100]
    return Filters(
        search=search,
        said=tuple(said(search)) if search else (),
        who=_who(parameters.get("who", "")),
        action=parameters.get("action", "").replace("\x00", "")[:80],
        outcome=outcome if outcome in AuditEvent.Outcome.values else "",
        target=parameters.get("target", "").replace("\x00", "")[:130],
        days=int(days) if days in map(str, PERIODS) else None,
        since=_day(parameters.get("since", "")),
        until=_day(parameters.get("until", "")),
        address=_ip(parameters.get("ip", "")),
    )


def events(organization: Organization, wanted: Filters, *, now: datetime.datetime) -> Events:
    """This will narrow an organization's log by the filters."""
    rows = AuditEvent.objects.for_organization(organization).select_related("actor", "as_person")
    if wanted.days:
        rows = rows.filter(at__gte=now - datetime.timedelta(days=wanted.days))
    zone = timezone.get_current_timezone()
    if wanted.since:
        rows = rows.filter(at__gte=datetime.datetime.combine(wanted.since, datetime.time.min, zone))
    if wanted.until:  # the whole day
        day_after = wanted.until + datetime.timedelta(days=1)
        rows = rows.filter(at__lt=datetime.datetime.combine(day_after, datetime.time.min, zone))
    if wanted.address:
        rows = rows.filter(ip=wanted.address)
    if wanted.who:
        kind, _colon, id = wanted.who.partition(":")
        by_key = Q(key_id=id) if id else Q(actor_kind=kind)
        # What staff did in somebody's place is found under both.
        rows = rows.filter(Q(actor_id=id) | Q(as_person_id=id) if kind == "person" else by_key)
    if wanted.action:
        rows = rows.filter(action=wanted.action)
    if wanted.outcome:
        rows = rows.filter(outcome=wanted.outcome)
    if wanted.target:
        kind, _colon, id = wanted.target.partition(":")
        rows = rows.filter(target_type=kind, **({"target_id": id} if id else {}))
    if wanted.search:
        rows = rows.filter(_found(wanted))
    return rows.order_by("-at", "-id")


def stretch(rows: Events, *, before: str = "", after: str = "", size: int = PAGE_SIZE) -> Slice:
    """This will cut ``size`` events older than ``before`` or newer than ``after``: positions that a page before gave out."""
    older_than, newer_than = _position(before), _position(after)
    if newer_than:
        at, id = newer_than
        found = list(rows.filter(Q(at__gt=at) | Q(at=at, id__gt=id)).order_by("at", "id")[: size + 1])
        more, shown = len(found) > size, found[:size][::-1]
        return _slice(shown, newer=more, older=bool(shown))
    if older_than:
        at, id = older_than
        rows = rows.filter(Q(at__lt=at) | Q(at=at, id__lt=id))
    found = list(rows[: size + 1])
    return _slice(found[:size], newer=bool(older_than and found), older=len(found) > size)


def count(rows: Events) -> int:
    """This will count, to ``MOST_COUNTED`` and one more at most: a long log is not read to its end for a number."""
    return rows.order_by()[: MOST_COUNTED + 1].count()


def first_at(organization: Organization) -> datetime.datetime | None:
    """This will give the instant of the log's first event."""
    found: datetime.datetime | None = AuditEvent.objects.for_organization(organization).aggregate(at=Min("at"))["at"]
    return found


def people(organization: Organization) -> list[User]:
    """This will list who stands in the log, by name, members and those who have left."""
    ids = AuditEvent.objects.for_organization(organization).exclude(actor=None).values("actor_id").distinct()
    return list(User.objects.filter(pk__in=ids).order_by("name", "email")[:100])


def actions(organization: Organization) -> list[str]:
    """This will list the actions that stand in the log."""
    rows = AuditEvent.objects.for_organization(organization).order_by("action")
    return list(rows.values_list("action", flat=True).distinct())


def history(event: AuditEvent) -> list[RowHistory]:
    """This will list what the database itself has noted of the event's object, the newest first."""
    row = _uuid(event.target_id)
    if row is None:
        return []
    if event.target_type == RowHistory._meta.label_lower:
        found = RowHistory.objects.filter(pk=row)
    else:
        found = RowHistory.objects.filter(row_id=row, table=event.target_type.replace(".", "_"))
    return list(found.for_organization(event.organization_id).select_related("actor").order_by("-at")[:MOST_HISTORY])


def seal_of(event: AuditEvent) -> AuditSeal | None:
    """This will find the link that covers an event; None while it waits."""
    return AuditSeal.objects.for_organization(event.organization_id).filter(pk=event.pk).first()


def latest_verification(organization: Organization) -> Job | None:
    """This will find the verification that was asked for last."""
    jobs = Job.objects.for_organization(organization).filter(kind=JOB_KIND).select_related("started_by")
    return jobs.order_by("-created_at").first()


def _found(wanted: Filters) -> Q:
    """Words of the object, of the person, of the action's name; or an id.

    Words that name an action are in so much of a log that the newest of it are found soonest by reading it backwards.
    """
    text = wanted.search
    names_action = wanted.said or any(text.casefold() in action for action in PERMISSIONS)
    if not names_action and (found := found_by("find_audit_events", text, text)) is not None:
        return found | Q(pk=event) if (event := _uuid(text)) else found
    words = Q(action__in=wanted.said)
    words |= Q(target_label__icontains=text) | Q(actor__name__icontains=text) | Q(actor__email__icontains=text)
    words |= Q(action__icontains=text)
    if event := _uuid(text):
        words |= Q(pk=event)
    return words | Q(request_id=text) | Q(target_id=text)


def _who(text: str) -> str:
    kind, _colon, id = text.partition(":")
    if kind in ("person", "key") and id:
        return text if _uuid(id) else ""
    return text if text in AuditEvent.ActorKind.values else ""


def _day(text: str) -> datetime.date | None:
    try:
        found = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year < 9000 else None


def _ip(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.strip())) if text else ""
    except ValueError:
        return ""


def _slice(shown: list[AuditEvent], *, newer: bool, older: bool) -> Slice:
    ids = {event.key_id for event in shown if event.key_id}
    keys = {key.pk: key for key in ApiKey.objects.filter(pk__in=ids)} if ids else {}
    return Slice(
        shown,
        newer=_written(shown[0]) if newer and shown else "",
        older=_written(shown[-1]) if older and shown else "",
        keys=keys,
    )


def _written(event: AuditEvent) -> str:
    return f"{event.at.timestamp():.6f}_{event.pk.hex}"


def _position(text: str) -> tuple[datetime.datetime, UUID] | None:
    seconds, _bar, id = text.partition("_")
    uuid = _uuid(id)
    try:
        return (datetime.datetime.fromtimestamp(float(seconds), datetime.UTC), uuid) if uuid else None
    except (ValueError, OverflowError, OSError):
        return None


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def kept_days(organization: Organization) -> int | None:
    """This will say for how many days the log is kept; None for ever."""
    return AuditRetention.objects.for_organization(organization).values_list("days", flat=True).first()


def going(organization: Organization, days: int | None, *, now: datetime.datetime) -> dict[str, Any]:
    """This will say what goes at the next nightly run, and when the first record goes where none does yet."""
    if days is None:
        return {}
    before = now - datetime.timedelta(days=days)
    seals = AuditSeal.objects.for_organization(organization)
    oldest = seals.order_by("sequence").values_list("noted_at", flat=True).first()
    soon = oldest + datetime.timedelta(days=days) if oldest else None
    return {"before": before, "count": seals.filter(noted_at__lt=before).count(), "next": soon}


def stream_of(organization: Organization) -> AuditStream | None:
    """This will find where the log is streamed to."""
    return AuditStream.objects.for_organization(organization).first()


def stream_lag(stream: AuditStream) -> int:
    """This will count the records that the collector has not taken; no record is older than the cursor's number."""
    seals = AuditSeal.objects.for_organization(stream.organization_id).order_by("-sequence")
    last = seals.values_list("sequence", flat=True).first() or 0
    return max(last - stream.sequence, 0)
