"""The clock of the outbox: events are kept 30 days, then every consumer has read them."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from platform_core.events.models import OutboxEvent
from platform_core.kits.tenancy.scope import service
from platform_core.kits.tenancy.tasks import PlatformTask

FORGET_SECONDS = 3600.0
KEPT = timedelta(days=30)


@shared_task(base=PlatformTask, queue="slow")
def forget_events() -> int:
    """This will delete old events and return how many."""
    with service("delete old events of all organizations"):
        return int(OutboxEvent.objects.filter(at__lt=timezone.now() - KEPT).delete()[0])
