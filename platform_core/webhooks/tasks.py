"""Queue entries of webhooks."""

from celery import shared_task

from platform_core.kits.tenancy.tasks import PlatformTask
from platform_core.kits.work.queue import publish
from platform_core.webhooks import delivering


@shared_task(base=PlatformTask, queue="fast")
def deliver_webhooks() -> None:
    """One batch over all organizations in turns, then back to the tail of the queue."""
    if delivering.deliver_batch():
        publish(deliver_webhooks)
