"""Queue entries of text messages."""

from celery import shared_task

from platform_core.kits.tenancy.tasks import PlatformTask
from platform_core.kits.work.queue import publish
from platform_core.sms import sending


@shared_task(base=PlatformTask, queue="fast")
def send_sms() -> None:
    """One batch over all organizations in turns, then back to the tail of the queue."""
    if sending.send_batch():
        publish(send_sms)
