"""From the outbox to inboxes: the rows of an event stand in the transaction that moves the cursor, so nothing comes twice."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.utils import timezone

from platform_core.accounts.models import User
from platform_core.events.models import OutboxEvent
from platform_core.events.services import read
from platform_core.notifications.models import Notification, NotificationDelivery, NotificationSchedule
from platform_core.notifications.registry import INBOX, KINDS, MAIL, SMS, Kind, News, is_wanted
from platform_core.notifications.selectors import choices
from platform_core.notifications.timing import due, zone_of
from platform_core.sms.selectors import reachable

CONSUMER = "notifications"
BATCH = 100
logger = logging.getLogger(__name__)


def gather() -> int:
    """This will read the next events and return how many; call it as the service."""
    return read(consumer=CONSUMER, handle=tell, limit=BATCH)


def tell(events: Sequence[OutboxEvent]) -> None:
    """This will make the rows of these events, as the service; of tests nobody is told: the program that made them asks."""
    by_event: dict[str, list[Kind]] = defaultdict(list)
    for kind in KINDS.values():
        for type in kind.events:
            by_event[type].append(kind)
    for event in events:
        if event.is_test:
            continue
        for kind in by_event[event.type]:
            if news := _found(kind, event):
                _write(event.organization_id, kind, news, news.key or str(event.pk))


def _found(kind: Kind, event: OutboxEvent) -> News | None:
    """An event that says less than its kind reads is passed over, aloud: one would stop the news of everybody for ever."""
    try:
        return kind.find(event)
    except (LookupError, TypeError, ValueError):
        logger.exception("notifications.event_unreadable", extra={"event_id": str(event.pk), "kind": kind.name})
        return None


def _write(organization_id: UUID, kind: Kind, news: News, key: str) -> None:
    people = {user.pk: user for user in User.objects.filter(pk__in=news.people, is_active=True)}
    known = Notification.objects.for_organization(organization_id).filter(kind=kind.name, dedup_key=key)
    told = set(known.filter(user_id__in=people).values_list("user_id", flat=True))
    chosen = choices(people)
    schedules, numbers = NotificationSchedule.objects.in_bulk(list(people)), reachable(people)
    notes, deliveries = [], []
    for user in people.values():
        by_inbox, *outward = (is_wanted(kind, channel, user.pk, chosen) for channel in (INBOX, MAIL, SMS))
        by_mail, by_sms = outward[0] and not kind.mails_itself, outward[1] and user.pk in numbers
        if user.pk in told or not (by_inbox or by_mail or by_sms):
            continue
        note = Notification(
            organization_id=organization_id,
            user=user,
            about_id=news.about,
            kind=kind.name,
            facts=dict(news.facts),
            dedup_key=key,
            in_inbox=by_inbox,
        )
        notes.append(note)
        for channel in (MAIL,) * by_mail + (SMS,) * by_sms:
            schedule = None if channel in kind.mandatory else schedules.get(user.pk)
            due_at, held = due(timezone.now(), zone=zone_of(user.time_zone), schedule=schedule, digests=channel == MAIL)
            deliveries.append(
                NotificationDelivery(
                    organization_id=organization_id, notification=note, channel=channel, due_at=due_at, held=held
                )
            )
    Notification.objects.bulk_create(notes)
    NotificationDelivery.objects.bulk_create(deliveries)
