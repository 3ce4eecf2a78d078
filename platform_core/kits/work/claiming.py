"""Claim rows for one worker: lock, lease, token. What is claimed stays claimed until it is finished or the lease ends."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from platform_core.kits.work.leases import LEASE, LeasedQuerySet


@dataclass(frozen=True, slots=True)
class Claim:
    """Rows under one lease. ``token`` guards every result: pass it to ``held``."""

    token: UUID
    rows: list[Any]


def claim(queryset: LeasedQuerySet[Any], *, limit: int, order_by: str = "id") -> Claim:
    """This will take up to ``limit`` runnable rows of ``queryset`` (already narrowed to a tenant), in a transaction of
    its own. Rows that another worker has locked are passed over, so workers never wait for each other."""
    token = uuid4()
    with transaction.atomic():
        ids = list(
            queryset.runnable()
            .select_for_update(skip_locked=True, of=("self",))
            .order_by(order_by)
            .values_list("id", flat=True)[:limit]
        )
        queryset.take(ids, token=token, lease=LEASE)
    return Claim(token, list(queryset.held(token).order_by(order_by)) if ids else [])
