"""What the clock does for access: forgets repeatable calls after a day."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from platform_core.access.models import IdempotencyRecord
from platform_core.kits.tenancy.scope import service
from platform_core.kits.tenancy.tasks import PlatformTask

KEPT = timedelta(hours=24)
FORGET_SECONDS = 3600.0


@shared_task(base=PlatformTask, queue="fast")
def forget_idempotency_records() -> int:
    """This will delete what is older than a day, over all organizations; returns how many."""
    with service("idempotency records are kept 24 hours"):
        deleted, _by_model = IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    return deleted
