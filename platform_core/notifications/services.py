"""What a person does with their inbox, and how they want to be told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from platform_core.kits.tenancy.scope import tenant
from platform_core.notifications.models import Notification, NotificationPreference, NotificationSchedule
from platform_core.notifications.registry import CHANNELS, KINDS, SMS
from platform_core.notifications.selectors import inbox
from platform_core.sms.selectors import reachable

if TYPE_CHECKING:
    from platform_core.accounts.models import User


class PreferenceError(ValueError):
    """The preference cannot be had; says why."""


def mark_read(*, actor: User, ids: Collection[UUID] | None = None) -> tuple[int, datetime]:
    """This will mark these notifications of the actor read, all without ``ids``; returns how many and the moment."""
    unread = inbox(actor.pk).filter(read_at=None)
    now = timezone.now()
    return _set(actor, unread if ids is None else unread.filter(id__in=ids), now), now


def mark_unread(*, actor: User, ids: Collection[UUID] | None = None, at: datetime | None = None) -> int:
    """This will take back: these notifications, or what was marked at that moment; returns how many."""
    read = inbox(actor.pk).exclude(read_at=None)
    return _set(actor, read.filter(read_at=at) if ids is None else read.filter(id__in=ids), None)


def _set(actor: User, rows: Any, read_at: datetime | None) -> int:
    """A person reads over all their organizations, but writes inside each one."""
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for organization_id, pk in rows.values_list("organization_id", "id"):
        found[organization_id].append(pk)
    changed = 0
    for organization_id, ids in found.items():
        with tenant(organization_id, user_id=actor.pk):
            own = Notification.objects.for_organization(organization_id).filter(user=actor, id__in=ids)
            changed += own.update(read_at=read_at)
    return changed


def choose(*, actor: User, wanted: Mapping[tuple[str, str], bool]) -> None:
    """This will store on and off for kinds and channels. Raises PreferenceError; then nothing has changed."""
    for (name, channel), is_on in wanted.items():
        kind = KINDS.get(name)
        if kind is None or channel not in CHANNELS:
            raise PreferenceError(_("There is no such kind of notification or channel. Reload the page."))
        if channel == SMS and is_on and not reachable([actor.pk]):
            raise PreferenceError(_("Verify a mobile number in your profile first."))
        if channel in kind.mandatory and not is_on:
            raise PreferenceError(
                _("“%(kind)s” cannot be switched off here: it is about security.") % {"kind": kind.label}
            )
    rows = [
        NotificationPreference(user=actor, kind=name, channel=channel, is_on=is_on)
        for (name, channel), is_on in wanted.items()
        if channel not in KINDS[name].mandatory
    ]
    NotificationPreference.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["user", "kind", "channel"], update_fields=["is_on"]
    )


def plan(*, actor: User, **fields: Any) -> NotificationSchedule:
    """This will store quiet hours and digest. What waits already keeps its time. Raises PreferenceError."""
    if (fields.get("quiet_from") is None) != (fields.get("quiet_until") is None):
        raise PreferenceError(_("Quiet hours need both a beginning and an end. Leave both empty for none."))
    with transaction.atomic():
        found, _made = NotificationSchedule.objects.update_or_create(user=actor, defaults=fields)
    return found
