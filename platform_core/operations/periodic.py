"""The clock of our own checks and alarms."""

from celery import shared_task

from platform_core.kits.tenancy.scope import service
from platform_core.kits.tenancy.tasks import PlatformTask
from platform_core.operations import alarms, checks

SAMPLE_SECONDS = ALARM_SECONDS = 60.0
alarm_metrics = alarms.metrics


@shared_task(base=PlatformTask, queue="fast")
def sample_status() -> int:
    """This will store how each part is, and thin out days that are over."""
    with service("status samples of the platform"):
        return checks.keep()


@shared_task(base=PlatformTask, queue="fast")
def watch_alarms() -> int:
    """This will tell staff of what is late and of what is over; returns how many alarms are open."""
    return alarms.watch()
