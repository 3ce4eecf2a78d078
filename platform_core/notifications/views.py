"""A person's inbox over all their organizations, the bell, how they want to be told; and an organization's log."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.forms import model_to_dict
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from platform_core.access.doors import organization_page, signed_in_page
from platform_core.accounts.models import User
from platform_core.audit.services import audit_view
from platform_core.kits.web import numbers
from platform_core.kits.web.pagination import paginate
from platform_core.kits.web.requests import go
from platform_core.kits.web.toasts import toast
from platform_core.notifications import selectors, services
from platform_core.notifications.forms import FIELDS, ScheduleForm
from platform_core.notifications.models import NotificationDelivery
from platform_core.notifications.registry import KINDS, SMS, is_wanted, kinds
from platform_core.notifications.wording import lines
from platform_core.organizations.models import Organization
from platform_core.permissions import ORGANIZATION_MANAGE
from platform_core.sms.selectors import is_offered

BODIES = ("mail__text_body", "mail__html_body", "mail__attachments", "mail__subject", "sms__text")


@require_safe
@signed_in_page
def inbox(request: HttpRequest) -> HttpResponse:
    """This will list notifications by day, the newest first; filters stand in the address."""
    rows = selectors.inbox(_me(request).pk).select_related("organization", "about")
    only_unread, kind = request.GET.get("show") == "unread", request.GET.get("kind", "")
    if only_unread:
        rows = rows.filter(read_at=None)
    if kind in KINDS:
        rows = rows.filter(kind=kind)
    shown = paginate(request, rows)
    days = groupby(lines(shown.rows), key=lambda line: timezone.localdate(line.row.created_at))
    context = {
        "shown": shown,
        "days": [(day, list(found)) for day, found in days],
        "unread": selectors.unread_count(_me(request).pk),
        "only_unread": only_unread,
        "kind": kind,
        "kinds": kinds(),
        "is_filtered": only_unread or kind in KINDS,
    }
    return render(request, "notifications/inbox.html", context)


@require_safe
@signed_in_page
def bell(request: HttpRequest) -> HttpResponse:
    """This will count what is unread for the shell: one query, and nothing to send where nothing has changed."""
    unread = selectors.unread_count(_me(request).pk)
    tag = f'W/"{unread}-{request.LANGUAGE_CODE}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Cookie, Accept-Language"}
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers=headers)
    content = render_to_string("notifications/bell.html", {"unread": unread}, request)
    return HttpResponse(content, headers=headers)


@require_POST
@signed_in_page
def read(request: HttpRequest) -> HttpResponse:
    """This will mark one notification read, or all of them, with Undo."""
    ids = _ids(request)
    count, at = services.mark_read(actor=_me(request), ids=ids)
    if count:
        text = ngettext("%(n)s notification marked read.", "%(n)s notifications marked read.", count)
        undo = f"{reverse('notifications-unread')}?{urlencode({'at': at.isoformat()})}"
        toast(request, text % {"n": numbers.write(count)}, undo_url=undo)
    return go(request, "notifications")


@require_POST
@signed_in_page
def unread(request: HttpRequest) -> HttpResponse:
    """This will mark unread again: one notification, or what was marked at a moment."""
    ids, at = _ids(request), _moment(request.GET.get("at", ""))
    if ids is None and at is None:
        raise Http404
    services.mark_unread(actor=_me(request), ids=ids, at=at)
    return go(request, "notifications")


@require_POST
@signed_in_page
def open_one(request: HttpRequest, notification_id: UUID) -> HttpResponse:
    """This will mark a notification read and go where it leads."""
    row = selectors.inbox(_me(request).pk).select_related("organization", "about").filter(pk=notification_id).first()
    if row is None:
        raise Http404
    services.mark_read(actor=_me(request), ids=[row.pk])
    return go(request, lines([row])[0].text.path or "notifications")


@require_http_methods(["GET", "POST"])
@signed_in_page
def preferences(request: HttpRequest) -> HttpResponse:
    """This will show and store which kinds come by which channel, and when mails come."""
    me, channels = _me(request), selectors.channels_of(_me(request).pk)
    form = ScheduleForm(request.POST or None, initial=model_to_dict(selectors.schedule_of(me.pk), FIELDS))
    if request.method == "POST" and form.is_valid():
        ticked = set(request.POST.getlist("on"))
        wanted = {
            (kind.name, channel): f"{kind.name}:{channel}" in ticked or channel in kind.mandatory
            for kind in kinds()
            for channel in channels
        }
        services.choose(actor=me, wanted=wanted)
        services.plan(actor=me, **form.cleaned_data)
        toast(request, _("Saved."))
        return redirect("notification-preferences")
    chosen = selectors.choices([me.pk])
    rows = [(kind, [_cell(kind, channel, me.pk, chosen) for channel in channels]) for kind in kinds()]
    context = {"form": form, "rows": rows, "zone": me.time_zone, "offers_sms": is_offered(), "has_sms": SMS in channels}
    return render(request, "notifications/preferences.html", context, status=422 if form.errors else 200)


@require_safe
@organization_page(ORGANIZATION_MANAGE)
def delivery_log(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will list what went out to members by which channel, what became of it and why: no titles, no bodies."""
    state, search = request.GET.get("state", ""), request.GET.get("q", "")[:100]
    rows = selectors.delivery_log(organization, state=state, search=search)
    shown = paginate(request, rows.select_related("notification__user", "mail", "sms").defer(*BODIES), size=50)
    context = {
        "organization": organization,
        "shown": shown,
        "rows": [(row, KINDS.get(row.notification.kind)) for row in shown.rows],
        "states": NotificationDelivery.State.choices,
        "state": state,
        "words": search,
        "is_filtered": bool(search.strip()) or state in NotificationDelivery.State.values,
    }
    audit_view(
        action="notification.log.view",
        organization_id=organization.pk,
        actor=_me(request),
        count=len({row.notification.user_id for row in shown.rows}),
        throttled=True,
        part=request.GET.urlencode(),
    )
    return render(request, "notifications/log.html", context)


def _cell(kind: Any, channel: str, user_id: UUID, chosen: dict[Any, bool]) -> dict[str, Any]:
    names = {"inbox": _("Inbox"), "mail": _("E-mail"), "sms": _("SMS")}
    return {
        "value": f"{kind.name}:{channel}",
        "label": names[channel],
        "is_on": is_wanted(kind, channel, user_id, chosen),
        "is_fixed": channel in kind.mandatory,
    }


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _ids(request: HttpRequest) -> list[UUID] | None:
    found = request.POST.get("id", "")
    try:
        return [UUID(found)] if found else None
    except ValueError:
        raise Http404 from None


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and timezone.is_aware(found) else None
