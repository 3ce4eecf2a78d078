"""The clock of webhooks: sorts the outbox, wakes what is due, forgets after 30 days."""

from datetime import timedelta

from celery import shared_task
from django.db.models import Q
from django.db.models.functions import Now

from platform_core.kits.tenancy.scope import service
from platform_core.kits.tenancy.tasks import PlatformTask
from platform_core.kits.work.queue import publish
from platform_core.webhooks import tasks
from platform_core.webhooks.models import ReceivedWebhook, WebhookEvent
from platform_core.webhooks.sorting import BATCH, sort_events

SORT_SECONDS, FORGET_SECONDS = 2.0, 3600.0
KEPT = timedelta(days=30)
AT_ONCE = 20  # batches of the outbox a tick


@shared_task(base=PlatformTask, queue="fast")
def sort_webhooks() -> bool:
    """This will make rows of what is new, and publish a message where something is due that nobody works on."""
    with service("sort the events of all organizations"):
        for _ in range(AT_ONCE):
            if sort_events() < BATCH:
                break
        due = Q(state="queued") & (Q(due_at=None) | Q(due_at__lte=Now()))
        found = WebhookEvent.objects.filter(due | Q(state="running", lease_until__lt=Now())).exists()
        busy = WebhookEvent.objects.filter(state="running", lease_until__gte=Now()).exists()
    return found and not busy and publish(tasks.deliver_webhooks)


@shared_task(base=PlatformTask, queue="slow")
def forget_webhooks() -> int:
    """This will delete events with their attempts, and what came in, after 30 days; returns how many rows went."""
    with service("webhooks are kept 30 days"):
        old = WebhookEvent.objects.filter(created_at__lt=Now() - KEPT).exclude(state__in=["queued", "running"])
        events, _ = old.delete()
        received, _ = ReceivedWebhook.objects.filter(received_at__lt=Now() - KEPT).delete()
    return events + received
