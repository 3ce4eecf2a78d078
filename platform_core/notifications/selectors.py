"""What notifications read: inboxes, preferences, and who is told."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from platform_core.notifications.models import (
    CHANNELS,
    SMS,
    Notification,
    NotificationDelivery,
    NotificationPreference,
    NotificationSchedule,
)
from platform_core.organizations.models import Membership, Organization
from platform_core.sms.selectors import reachable


def inbox(user_id: UUID) -> QuerySet[Notification]:
    """This will list a person's inbox over all their organizations, the newest first; call it in the person's scope."""
    return Notification.objects.filter(user_id=user_id, in_inbox=True).order_by("-id")


def unread_count(user_id: UUID) -> int:
    """This will count what the person has not read."""
    return inbox(user_id).filter(read_at=None).count()


def delivery_log(organization: Organization | UUID, *, state: str = "", search: str = "") -> Any:
    """This will list what went out beside the inbox, the newest first, narrowed by state and by name or address."""
    rows = NotificationDelivery.objects.for_organization(organization).order_by("-id")
    if state in NotificationDelivery.State.values:
        rows = rows.filter(state=state)
    if words := search.strip():
        person = Q(notification__user__email__icontains=words) | Q(notification__user__name__icontains=words)
        rows = rows.filter(person)
    return rows


def channels_of(user_id: UUID) -> tuple[str, ...]:
    """This will name the channels a person can choose: SMS needs a gateway and a number that is verified."""
    return CHANNELS if reachable([user_id]) else tuple(channel for channel in CHANNELS if channel != SMS)


def schedule_of(user_id: UUID) -> NotificationSchedule:
    """This will return a person's schedule, the default one where they have none."""
    return NotificationSchedule.objects.filter(user_id=user_id).first() or NotificationSchedule(user_id=user_id)


def choices(user_ids: Collection[UUID]) -> dict[tuple[UUID, str, str], bool]:
    """This will read what these people have chosen: person, kind and channel to on or off."""
    rows = NotificationPreference.objects.filter(user_id__in=user_ids)
    return {
        (user, kind, channel): on for user, kind, channel, on in rows.values_list("user_id", "kind", "channel", "is_on")
    }


def holders(organization_id: UUID, permission: str, *, besides: Collection[UUID] = ()) -> list[UUID]:
    """This will list the members who hold a permission."""
    members = Membership.objects.for_organization(organization_id).select_related("custom_role").order_by("id")
    return [member.user_id for member in members if permission in member.held and member.user_id not in besides]
