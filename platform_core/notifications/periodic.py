"""The clock of notifications: reads the outbox, hands over what is due, forgets after 180 days."""

from datetime import timedelta

from celery import shared_task
from django.db.models.functions import Now

from platform_core.kits.tenancy.scope import service
from platform_core.kits.tenancy.tasks import PlatformTask
from platform_core.notifications.delivering import due_groups, hand_over
from platform_core.notifications.gathering import BATCH, gather
from platform_core.notifications.models import Notification

TELL_SECONDS, FORGET_SECONDS = 3.0, 86400.0
KEPT = timedelta(days=180)
AT_ONCE = 20  # batches of the outbox a tick


@shared_task(base=PlatformTask, queue="fast")
def tell_people() -> int:
    """This will tell what is new and return how many mails were queued."""
    with service("read the events of all organizations"):
        for _ in range(AT_ONCE):
            if gather() < BATCH:
                break
        groups = due_groups()
    return sum(hand_over(organization_id, ids) for organization_id, ids in groups)


@shared_task(base=PlatformTask, queue="slow")
def forget_notifications() -> int:
    """This will delete what is older than 180 days, with its deliveries; returns how many rows went."""
    with service("notifications are kept 180 days"):
        gone, _ = Notification.objects.filter(created_at__lt=Now() - KEPT).delete()
    return gone
