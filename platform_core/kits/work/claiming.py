"""Claim rows for one worker: lock, lease, token. What is claimed stays claimed until it is finished or the lease ends."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, models, transaction

from platform_core.kits.tenancy.scope import current_organization_id, service
from platform_core.kits.work.leases import LEASE, LeasedQuerySet
from platform_core.kits.work.pausing import held, is_held


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
    its own. Rows that another worker has locked are passed over, so workers never wait for each other. Nothing is
    taken of what staff hold back."""
    token = uuid4()
    if is_held(queryset.model, current_organization_id()):
        return Claim(token, [])
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


# Hop from organization to organization on the partial index (a window function would sort every waiting row, and may not
# lock), take a few of each, in turns. SKIP LOCKED stands inside: a row that another worker holds is not counted.
# random(): where more organizations wait than rows are taken, no organization is first every time.
IN_TURNS = """
WITH RECURSIVE waiting AS (
    (SELECT organization_id FROM {table} WHERE {waits} ORDER BY organization_id LIMIT 1)
    UNION ALL
    SELECT (SELECT organization_id FROM {table} WHERE {waits} AND organization_id > waiting.organization_id
            ORDER BY organization_id LIMIT 1)
    FROM waiting WHERE waiting.organization_id IS NOT NULL
), candidates AS MATERIALIZED (
    SELECT mine.id, mine.turn
    FROM waiting CROSS JOIN LATERAL (
        SELECT locked.id, row_number() OVER (ORDER BY locked.id) AS turn
        FROM (SELECT id FROM {table} WHERE {waits} AND organization_id = waiting.organization_id
              ORDER BY id FOR UPDATE SKIP LOCKED
              LIMIT (SELECT greatest(1, %(limit)s / count(organization_id)) FROM waiting)) AS locked
    ) AS mine
    WHERE waiting.organization_id IS NOT NULL
    ORDER BY mine.turn, random() LIMIT %(limit)s
)
UPDATE {table} SET state = 'running', lease_token = %(token)s, lease_until = now() + %(lease)s, attempts = attempts + 1
FROM candidates WHERE {table}.id = candidates.id RETURNING {table}.organization_id, {table}.id
"""
WAITS = "state = 'queued' AND (due_at IS NULL OR due_at <= now())"


@dataclass(frozen=True, slots=True)
class Turns:
    """Rows of several organizations under one token: ids by organization, each to be worked off as that tenant."""

    token: UUID
    ids: Mapping[UUID, list[UUID]]


def claim_in_turns(model: type[models.Model], *, limit: int, lease: timedelta = LEASE) -> Turns:
    """This will take up to ``limit`` waiting rows of all organizations, shared evenly: one that has 100,000 rows waiting
    does not stop another's 10. One statement, so one transaction; rows whose lease ran out are the caller's to judge."""
    token = uuid4()
    paused = held()
    if is_held(model, known=paused):
        return Turns(token, {})
    table = connection.ops.quote_name(model._meta.db_table)
    with service("claim rows of all organizations"), connection.cursor() as cursor:
        values: dict[str, Any] = {"limit": limit, "token": token, "lease": lease}
        waits = WAITS
        if paused.organizations:
            waits, values["paused"] = f"{WAITS} AND organization_id <> ALL(%(paused)s)", list(paused.organizations)
        cursor.execute(IN_TURNS.format(table=table, waits=waits), values)
        found = sorted(cursor.fetchall())
    return Turns(token, {owner: [pk for _, pk in rows] for owner, rows in groupby(found, key=itemgetter(0))})
