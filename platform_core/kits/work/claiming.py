"""Claim rows for one worker: lock, lease, token. What is claimed stays claimed until it is finished or the lease ends."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from platform_core.kits.work.leases import LEASE, LeasedQuerySet


@dataclass(frozen=True, slots=True)
class Claim:
    """Rows under one lease. ``token`` guards every result: pass it to ``held``.

    ``lost`` says how many of the rows were taken from whom: the tokens of workers that gave no sign of life in time.
    """

    token: UUID
    rows: list[Any]
    lost: Mapping[UUID, int] = field(default_factory=dict)


def claim(queryset: LeasedQuerySet[Any], *, limit: int, order_by: str = "id", lease: timedelta = LEASE) -> Claim:
    """This will take up to ``limit`` runnable rows of ``queryset`` (already narrowed to a tenant), in a transaction of
    its own. Rows that another worker has locked are passed over, so workers never wait for each other."""
    token = uuid4()
    with transaction.atomic():
        found = list(
            queryset.runnable()
            .select_for_update(skip_locked=True, of=("self",))
            .order_by(order_by)
            .values_list("id", "state", "lease_token")[:limit]
        )
        ids = [pk for pk, _, _ in found]
        queryset.take(ids, token=token, lease=lease)
    lost = Counter(holder for _, state, holder in found if state == "running" and holder is not None)
    return Claim(token, list(queryset.held(token).order_by(order_by)) if ids else [], lost)
