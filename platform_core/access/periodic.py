"""What the clock does for access: forgets repeatable calls after a day, stores the log of calls and forgets it after seven."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from platform_core.access.models import ApiRequest, IdempotencyRecord
from platform_core.access.request_log import BATCH, store_lines
from platform_core.access.unusual import tell_high_rates, tell_new_places
from platform_core.kits.tenancy.scope import service
from platform_core.kits.tenancy.tasks import PlatformTask

KEPT = timedelta(hours=24)
FORGET_SECONDS = 3600.0
LOG_KEPT = timedelta(days=7)
STORE_SECONDS = 5.0
BATCHES_A_TICK = 50
WATCH_SECONDS = 60.0


@shared_task(base=PlatformTask, queue="fast")
def forget_idempotency_records() -> int:
    """This will delete what is older than a day, over all organizations; returns how many."""
    with service("idempotency records are kept 24 hours"):
        deleted, _by_model = IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    return deleted


@shared_task(base=PlatformTask, queue="fast")
def store_api_requests() -> int:
    """This will store the lines of calls that wait in Redis; returns how many."""
    stored = 0
    with service("calls of all organizations wait in one list"):
        for _ in range(BATCHES_A_TICK):
            taken = store_lines()
            stored += taken
            if taken < BATCH:
                break
    return stored


@shared_task(base=PlatformTask, queue="slow")
def forget_api_requests() -> int:
    """This will delete lines of the log of calls that are older than seven days; returns how many."""
    with service("the log of calls is kept seven days"):
        deleted, _by_model = ApiRequest.objects.filter(at__lt=timezone.now() - LOG_KEPT).delete()
    return deleted


@shared_task(base=PlatformTask, queue="slow")
def watch_keys() -> int:
    """This will tell of keys that are used from a new place or far more than usual; returns of how many."""
    now = timezone.now()
    with service("keys of all organizations are watched"):
        return tell_new_places(now) + tell_high_rates(now)
