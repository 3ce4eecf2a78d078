"""Writing activity down: one row a day, organization, product and account, and no query for what is known already."""

import logging
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import redis
from django.core.cache import cache

from platform_core.access.models import ApiDay
from platform_core.analytics.models import ActiveDay
from platform_core.organizations.models import Organization
from platform_core.organizations.selectors.days import day_of

GUARDED = timedelta(hours=26)  # longer than any day
logger = logging.getLogger(__name__)


def note_activity(*, organization: Organization, user_id: UUID, product: str, now: datetime) -> bool:
    """This will write the account's day, at the first request of the day; True when this was the first.

    Without Redis each request asks the database, which keeps the row single too.
    """
    day = day_of(organization, now)
    guard = f"active:{organization.pk}:{user_id}:{product}:{day}"
    if not _first(guard):
        return False
    row = ActiveDay(organization_id=organization.pk, user_id=user_id, product=product, day=day)
    try:
        ActiveDay.objects.bulk_create([row], ignore_conflicts=True)
    except Exception:
        _forget(guard)  # the next request tries again
        raise
    return True


def forget_activity(*, now: datetime) -> int:
    """This will delete what is older than 25 months, over all organizations of the scope; returns how many rows."""
    today = now.astimezone(ZoneInfo("UTC")).date()
    months = today.year * 12 + today.month - 1 - 25
    oldest = today.replace(year=months // 12, month=months % 12 + 1, day=1)
    return ActiveDay.objects.filter(day__lt=oldest).delete()[0] + ApiDay.objects.filter(day__lt=oldest).delete()[0]


def _first(guard: str) -> bool:
    try:
        return bool(cache.add(guard, 1, timeout=int(GUARDED.total_seconds())))
    except redis.RedisError as error:
        logger.warning("analytics.guard_away", extra={"error": type(error).__name__})
        return True


def _forget(guard: str) -> None:
    try:
        cache.delete(guard)
    except redis.RedisError as error:
        logger.warning("analytics.guard_away", extra={"error": type(error).__name__})
