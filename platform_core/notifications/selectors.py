"""What notifications read: inboxes, preferences, and who is told."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from platform_core.notifications.models import Notification, NotificationPreference, NotificationSchedule
from platform_core.organizations.models import Membership


def inbox(user_id: UUID) -> QuerySet[Notification]:
    """This will list a person's inbox over all their organizations, the newest first; call it in the person's scope."""
    return Notification.objects.filter(user_id=user_id, in_inbox=True).order_by("-id")


def unread_count(user_id: UUID) -> int:
    """This will count what the person has not read."""
    return inbox(user_id).filter(read_at=None).count()


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
