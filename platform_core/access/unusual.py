"""Use of a key that is not its usual: from a new place, or ten times as often as in the hours in which it works.

Usual is the mean of the last seven days' hours in which the key called at all, hour by hour, from the log of calls. A key
that has worked in fewer than ``LEAST_HOURS`` hours has no usual rate yet, and less than ``LEAST_CALLS`` an hour is no news. The
first place of a key is its home. A key is told of once a day at most; the audit log remembers that.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, OuterRef
from django.db.models.functions import TruncHour

from platform_core.access.models import ApiKey, ApiRequest, KeyPlace
from platform_core.audit.models import AuditEvent
from platform_core.audit.services import audit
from platform_core.events.services import emit

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
TIMES, LEAST_CALLS, LEAST_HOURS = 10, 100, 3
BATCH = 500


def tell_new_places(now: datetime) -> int:
    """This will tell of keys that are used from a new place, over all organizations; returns of how many."""
    before = KeyPlace.objects.filter(key_id=OuterRef("key_id"), pk__lt=OuterRef("pk"))
    rows = KeyPlace.objects.filter(judged_at=None).annotate(is_new=Exists(before)).order_by("pk")
    told = 0
    for row in list(rows[:BATCH]):
        with transaction.atomic():
            if not KeyPlace.objects.filter(pk=row.pk, judged_at=None).update(judged_at=now):
                continue
            told += row.is_new and _tell(row.key_id, now, {"reason": "place"}, {"place": [None, row.place]})
    return told


def tell_high_rates(now: datetime) -> int:
    """This will tell of living keys that call ten times as often as usual, over all organizations; returns of how many."""
    calls = ApiRequest.objects.filter(key__revoked_at=None).order_by()
    hot = calls.filter(at__gt=now - HOUR, at__lte=now).values("key_id").annotate(n=Count("id"))
    now_by_key = dict(hot.filter(n__gte=LEAST_CALLS).values_list("key_id", "n"))
    past = calls.filter(key_id__in=now_by_key, at__gt=now - WEEK, at__lte=now - HOUR)
    hours: dict[UUID, list[int]] = {key_id: [] for key_id in now_by_key}
    for row in past.annotate(hour=TruncHour("at")).values("key_id", "hour").annotate(n=Count("id")):
        hours[row["key_id"]].append(row["n"])
    told = 0
    for key_id, counts in hours.items():
        if len(counts) >= LEAST_HOURS and now_by_key[key_id] * len(counts) >= TIMES * sum(counts):
            usual = round(sum(counts) / len(counts))
            facts = {"reason": "rate", "calls": now_by_key[key_id], "usual": usual}
            told += _tell(key_id, now, facts, {"calls": [usual, now_by_key[key_id]]})
    return told


def _tell(key_id: UUID, now: datetime, facts: dict[str, Any], changes: dict[str, Any]) -> bool:
    with transaction.atomic():
        key = ApiKey.objects.select_for_update(no_key=True).filter(pk=key_id, revoked_at=None).first()
        if key is None:
            return False
        logged = AuditEvent.objects.for_organization(key.organization_id).filter(target_type="platform_core.apikey")
        if logged.filter(target_id=str(key_id), action="key.unusual", at__gt=now - DAY).exists():
            return False
        audit(action="key.unusual", target=key, changes=changes)
        payload = {"key_id": str(key_id), **facts}
        emit(type="key.unusual", organization_id=key.organization_id, payload=payload)
    return True
