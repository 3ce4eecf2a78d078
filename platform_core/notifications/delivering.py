"""Handing due notifications to ``mail`` and ``sms``: the message's row and the delivery's state change in one transaction.

What was held back for quiet hours or the digest goes as one message a person, organization and channel. Who no longer
wants it, has left or is closed out gets none; nor does a text message that the plan does not allow any more. From there
on the two phases of mail and SMS hold: it leaves once or its outcome is unknown.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from platform_core.kits.tenancy.scope import tenant
from platform_core.mail.models import OutgoingMail
from platform_core.mail.services import queue_mail
from platform_core.notifications.brand import brand_of
from platform_core.notifications.models import NotificationDelivery
from platform_core.notifications.registry import KINDS, MAIL, is_wanted
from platform_core.notifications.selectors import choices
from platform_core.notifications.wording import lines
from platform_core.organizations.models import Membership
from platform_core.organizations.services.limits import LimitReachedError
from platform_core.sms.models import OutgoingSms
from platform_core.sms.services import SmsError, queue_sms

BATCH = 100


def due_groups(now: datetime | None = None) -> list[tuple[UUID, list[UUID]]]:
    """This will find what is due, as the service: organization and deliveries that go as one mail."""
    due = NotificationDelivery.objects.filter(state="waiting", due_at__lte=now or timezone.now())
    found = due.order_by("due_at", "id").values_list(
        "organization_id", "notification__user_id", "channel", "held", "id"
    )[:BATCH]
    groups: dict[tuple[UUID, UUID, str], list[UUID]] = {}
    for organization_id, user_id, channel, held, id in found:
        groups.setdefault((organization_id, user_id, f"held {channel}" if held else str(id)), []).append(id)
    return [(organization_id, ids) for (organization_id, _user, _group), ids in groups.items()]


def hand_over(organization_id: UUID, ids: Sequence[UUID]) -> int:
    """This will hand one group over in its organization's scope; returns how many messages were queued."""
    with tenant(organization_id), transaction.atomic():
        return _hand_over(organization_id, ids)


def _hand_over(organization_id: UUID, ids: Sequence[UUID]) -> int:
    waiting = NotificationDelivery.objects.for_organization(organization_id).filter(id__in=ids, state="waiting")
    taken = list(waiting.select_for_update(skip_locked=True, of=("self",)).order_by("id").values_list("id", flat=True))
    rows = NotificationDelivery.objects.for_organization(organization_id).filter(id__in=taken).order_by("id")
    found = list(rows.select_related("notification__user", "notification__about", "notification__organization"))
    if not found:
        return 0
    user, chosen = found[0].notification.user, choices([found[0].notification.user_id])
    is_member = Membership.objects.for_organization(organization_id).filter(user_id=user.pk).exists()
    wanted = []
    for one in found:
        if reason := _reason_against(one, chosen, is_member=is_member):
            rows.filter(id=one.pk).update(state="left_out", reason=reason)
        else:
            wanted.append(one)
    if not wanted:
        return 0
    going = rows.filter(id__in=[one.pk for one in wanted])
    if wanted[0].channel == MAIL:
        going.update(state="handed", mail=_mail(organization_id, wanted))
        return 1
    try:
        with transaction.atomic():
            sms = _sms(organization_id, wanted)
    except (LimitReachedError, SmsError) as refused:
        reasons = NotificationDelivery.Reason
        reason = reasons.CAPPED if isinstance(refused, LimitReachedError) else reasons.NO_NUMBER
        going.update(state="left_out", reason=reason)
        return 0
    going.update(state="handed", sms=sms)
    return 1


def _reason_against(
    delivery: NotificationDelivery, chosen: dict[tuple[UUID, str, str], bool], *, is_member: bool
) -> str:
    """Why it must not go, now that it could; empty where it may."""
    reasons = NotificationDelivery.Reason
    note, kind = delivery.notification, KINDS.get(delivery.notification.kind)
    if not note.user.is_active:
        return reasons.CLOSED
    if kind is None or not is_wanted(kind, delivery.channel, note.user_id, chosen):
        return reasons.SWITCHED_OFF
    return "" if is_member or kind.for_leavers else reasons.LEFT


def _sms(organization_id: UUID, deliveries: Sequence[NotificationDelivery]) -> OutgoingSms:
    first = deliveries[0].notification
    user, organization = first.user, first.organization
    with translation.override(user.language or organization.default_language):
        said = lines(one.notification for one in deliveries)
        words, path = said[0].text.title, said[0].text.path
        if len(said) > 1:
            words, path = _many(len(said), organization.name), reverse("notifications")
        elif organization.name not in words:
            words = f"{organization.name}: {words}"
        return queue_sms(
            organization_id=organization_id,
            to=user,
            words=words,
            link=settings.BASE_URL + path if path else "",
            kind="notification",
            idempotency_key=f"notification:{deliveries[0].pk}",
        )


def _many(count: int, name: str) -> str:
    said = ngettext("%(n)s notification from %(name)s", "%(n)s notifications from %(name)s", count)
    return said % {"n": count, "name": name}


def _mail(organization_id: UUID, deliveries: Sequence[NotificationDelivery]) -> OutgoingMail:
    first = deliveries[0].notification
    user, organization = first.user, first.organization
    with translation.override(user.language or organization.default_language):
        said = lines(one.notification for one in deliveries)
        count = len(said)
        subject = said[0].text.title
        if count > 1:
            subject = _many(count, organization.name)
        brand = brand_of(organization)
        context = {"lines": said, "brand": brand, "base": settings.BASE_URL, "subject": subject}
        return queue_mail(
            organization_id=organization_id,
            to=user.email,
            subject=subject,
            text=render_to_string("emails/notifications/notifications.txt", context),
            html=render_to_string("emails/notifications/notifications.html", context),
            kind="notification",
            idempotency_key=f"notification:{deliveries[0].pk}",
            from_name=brand.name,
        )
