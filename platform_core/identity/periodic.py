"""What the clock does for identity: forgets what happened at people's doors after a year."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from platform_core.identity.models import SecurityEvent
from platform_core.kits.tenancy.tasks import PlatformTask

KEPT = timedelta(days=365)
FORGET_SECONDS = 3600.0


@shared_task(base=PlatformTask, queue="slow")
def forget_security_events() -> int:
    """This will delete security events older than a year, of all people; returns how many."""
    deleted, _by_model = SecurityEvent.objects.filter(at__lt=timezone.now() - KEPT).delete()
    return deleted
