"""The audit page: what was done in an organization, by whom, with what outcome. The address holds every filter."""

import datetime
from dataclasses import dataclass
from dataclasses import field as field_of
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from platform_core.access.can import can
from platform_core.access.doors import organization_page
from platform_core.access.freshness import require_fresh
from platform_core.access.registry import PERMISSIONS
from platform_core.audit.models import AuditEvent
from platform_core.evidence import selectors
from platform_core.evidence.exporting import json_lines
from platform_core.evidence.history import differences
from platform_core.evidence.lagging import lag_of
from platform_core.evidence.models import AuditSeal, RowHistory
from platform_core.evidence.sentences import actions_that_say, field, sentence
from platform_core.evidence.services import note_export, note_look, verify_log
from platform_core.evidence.wording import fault_text
from platform_core.kits.web.ranges import disposition
from platform_core.kits.web.requests import go
from platform_core.organizations.models import Organization, Role
from platform_core.permissions import AUDIT_READ, ORGANIZATION_MANAGE

STATES = {"done": "done", "denied": "bad", "failed": "bad"}


@dataclass(frozen=True, slots=True)
class Line:
    """One event as the page draws it; ``changes`` holds field, before, after."""

    event: AuditEvent
    what: str
    who: str
    key: Any
    state: str
    day: datetime.date
    changes: list[tuple[str, Any, Any]]
    open: bool
    seal: AuditSeal | None = None
    history: list[tuple[RowHistory, list[tuple[str, Any, Any]]]] = field_of(default_factory=list)


@dataclass(frozen=True, slots=True)
class Choice:
    """One filter of the bar: its choices are links."""

    name: str
    label: str
    value: str
    chosen: str
    clear: str
    links: list[tuple[str, str, bool]]


@require_safe
@organization_page(AUDIT_READ)
def audit_log(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will show a stretch of the log; ``open`` in the address names the event whose details are shown."""
    wanted = selectors.filters_of(request.GET.dict(), said=actions_that_say)
    now = timezone.now()
    rows = selectors.events(organization, wanted, now=now)
    shown = selectors.stretch(rows, before=request.GET.get("before", ""), after=request.GET.get("after", ""))
    everything = selectors.events(organization, selectors.Filters(), now=now)
    total = selectors.count(everything)
    context = {
        "organization": organization,
        "filters": wanted,
        "manages": can(request.principal, ORGANIZATION_MANAGE),  # type: ignore[attr-defined]
        "choices": _choices(request, organization, wanted),
        "target": wanted.target,
        "shown": shown,
        "lines": [_line(event, shown, request.GET.get("open", "")) for event in shown.events],
        "count": selectors.count(rows) if wanted.any else total,
        "total": total,
        "most": selectors.MOST_COUNTED,
        "since": selectors.first_at(organization),
        "verification": _verification(organization),
        "lag": lag_of(organization),
    }
    note_look(
        actor=request.user,  # type: ignore[arg-type]
        organization_id=organization.pk,
        events=shown.events,
        part=request.GET.urlencode(),
    )
    return render(request, "evidence/audit.html", context)


@require_POST
@organization_page(AUDIT_READ)
def audit_verify(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will have the log verified; a long one is verified in the background."""
    verify_log(actor=request.user, organization=organization)  # type: ignore[arg-type]
    return go(request, reverse("audit", kwargs={"slug": organization.slug}))


@require_safe
@organization_page(AUDIT_READ)
@require_fresh
def audit_export(request: HttpRequest, organization: Organization) -> HttpResponseBase:
    """This will give the log, narrowed as the page is, as JSON Lines."""
    wanted = selectors.filters_of(request.GET.dict(), said=actions_that_say)
    rows = selectors.events(organization, wanted, now=timezone.now())
    if request.method == "GET":
        note_export(actor=request.user, organization=organization, rows=rows)  # type: ignore[arg-type]
    headers = {"Content-Disposition": disposition(f"audit-{organization.slug}.jsonl")}
    return StreamingHttpResponse(json_lines(rows), content_type="application/jsonl; charset=utf-8", headers=headers)


def _verification(organization: Organization) -> dict[str, Any] | None:
    """What the page says of the verification that was asked for last."""
    job = selectors.latest_verification(organization)
    if job is None:
        return None
    faults = [{**fault, "text": fault_text(fault)} for fault in job.result.get("faults", [])]
    return {"job": job, "report": job.result, "faults": faults, "is_open": not job.ended}


def _line(event: AuditEvent, shown: selectors.Slice, opened: str) -> Line:
    is_open = opened == str(event.pk)
    return Line(
        event=event,
        what=_what(event),
        who=_who(event),
        key=shown.keys.get(event.key_id) if event.key_id else None,
        state=STATES[event.outcome],
        day=timezone.localtime(event.at).date(),
        changes=_changes(event.changes),
        open=is_open,
        seal=selectors.seal_of(event) if is_open else None,
        history=[(row, _changes(differences(row))) for row in selectors.history(event)] if is_open else [],
    )


def _who(event: AuditEvent) -> str:
    who = str(event.actor) if event.actor_id and event.actor else str(event.get_actor_kind_display())
    if event.as_person_id is None:
        return who
    return _("%(staff)s as %(person)s") % {"staff": who, "person": event.as_person or _("a former member")}


def _changes(values: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    return [(field(name), *_pair(name, value)) for name, value in values.items()]


def _what(event: AuditEvent) -> str:
    """Denials are written down under the permission that was missing."""
    if event.outcome == AuditEvent.Outcome.DENIED and event.action in PERMISSIONS:
        return _("Was refused: %(what)s") % {"what": str(PERMISSIONS[event.action].label)}
    return sentence(event.action)


def _pair(name: str, value: Any) -> tuple[str, str]:
    before, after = value if isinstance(value, list) and len(value) == 2 else (None, value)
    return _plain(before, name), _plain(after, name)


def _plain(value: Any, name: str) -> str:
    if value is None or value == "":
        return ""
    if name == "role" and value in Role.values:
        return str(Role(value).label)
    said = value if isinstance(value, list) else [value]
    return ", ".join(str(PERMISSIONS[one].label) if one in PERMISSIONS else str(one) for one in said)


def _choices(request: HttpRequest, organization: Organization, wanted: selectors.Filters) -> list[Choice]:
    kinds = [(kind.value, str(kind.label)) for kind in AuditEvent.ActorKind if kind != AuditEvent.ActorKind.PERSON]
    who = [(f"person:{user.pk}", str(user)) for user in selectors.people(organization)] + kinds
    what = sorted(((a, _action(a)) for a in selectors.actions(organization)), key=lambda pair: pair[1])
    outcomes = [(value, str(label)) for value, label in AuditEvent.Outcome.choices]
    days = str(wanted.days or "")
    return [
        _choice(request, "days", _("Period"), days, [(str(n), _period(n)) for n in selectors.PERIODS]),
        _choice(request, "who", _("Who"), wanted.who, who),
        _choice(request, "action", _("What"), wanted.action, what),
        _choice(request, "outcome", _("Outcome"), wanted.outcome, outcomes),
    ]


def _choice(request: HttpRequest, name: str, label: str, value: str, options: list[tuple[str, str]]) -> Choice:
    links = [(_address(request, name, option), text, option == value) for option, text in options]
    return Choice(name, label, value, dict(options).get(value, value), _address(request, name, ""), links)


def _address(request: HttpRequest, name: str, value: str) -> str:
    """The other filters stay; position and opened event go."""
    query = request.GET.copy()
    for gone in ("before", "after", "open", name):
        query.pop(gone, None)
    if value:
        query[name] = value
    return f"?{query.urlencode()}" if query else ""


def _action(action: str) -> str:
    return (
        str(PERMISSIONS[action].label)
        if action in PERMISSIONS and sentence(action).endswith(action)
        else sentence(action)
    )


def _period(days: int) -> str:
    if days == 1:
        return pgettext("period", "last 24 hours")
    return ngettext("last %(n)s day", "last %(n)s days", days) % {"n": days}
