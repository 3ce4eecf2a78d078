"""The clock of analytics: activity is kept 25 months."""

from celery import shared_task
from django.utils import timezone

from platform_core.analytics.services import forget_activity
from platform_core.kits.tenancy.scope import service
from platform_core.kits.tenancy.tasks import PlatformTask

FORGET_SECONDS = 86400.0


@shared_task(base=PlatformTask, queue="slow")
def forget_active_days() -> int:
    """This will delete older days of all organizations; returns how many rows."""
    with service("activity is kept 25 months"):
        return forget_activity(now=timezone.now())
