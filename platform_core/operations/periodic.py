"""The clock of our own checks."""

from celery import shared_task

from platform_core.kits.tenancy.scope import service
from platform_core.kits.tenancy.tasks import PlatformTask
from platform_core.operations import checks

SAMPLE_SECONDS = 60.0


@shared_task(base=PlatformTask, queue="fast")
def sample_status() -> int:
    """This will store how each part is, and thin out days that are over."""
    with service("status samples of the platform"):
        return checks.keep()
