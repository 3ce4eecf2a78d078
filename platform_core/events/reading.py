"""Reading the outbox in commit order, each event once a consumer.

Ids and clocks are no commit order: a transaction that began early may commit late, and a reader that goes by "greater
than the last one" never sees it. So a reader takes only events whose transaction id lies below the oldest one that still
runs (the xmin of its snapshot): nothing can appear before those any more. In one transaction the order is that of ids.
The consumer's own changes and its cursor stand in one transaction: both happen, or neither.
"""

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q

from platform_core.events.models import EventCursor, OutboxEvent

BATCH = 100
FIRST = UUID(int=0)
Handle = Callable[[Sequence[OutboxEvent]], None]


class OldestRunning(models.Func):
    """The id of the oldest transaction that has not ended, as this statement's snapshot sees it."""

    template = "(pg_snapshot_xmin(pg_current_snapshot())::text::bigint)"
    output_field = models.BigIntegerField()
    arity = 0


def read(*, consumer: str, handle: Handle, types: Iterable[str] = (), limit: int = BATCH) -> int:
    """This will hand the next events to ``handle`` and move the cursor, in one transaction; return how many it read.

    Call it in the service's scope. Locks the cursor's row: of two readers with one name the second finds it taken and
    reads nothing. What ``handle`` raises undoes its changes, and the same events come again. ``types`` narrows by exact
    type, or by everything below ``docuai.`` where a name ends with a dot.
    """
    with transaction.atomic():
        EventCursor.objects.get_or_create(consumer=consumer)
        cursor = EventCursor.objects.select_for_update(skip_locked=True).filter(consumer=consumer).first()
        if cursor is None:
            return 0
        events = list(_after(cursor, limit))
        if not events:
            return 0
        if wanted := [event for event in events if _fits(event.type, tuple(types))]:
            handle(wanted)
        cursor.transaction_id, cursor.event_id = events[-1].transaction_id, events[-1].pk
        cursor.save(update_fields=["transaction_id", "event_id"])
    return len(events)


def _after(cursor: EventCursor, limit: int) -> models.QuerySet[OutboxEvent]:
    later = Q(transaction_id__gt=cursor.transaction_id)
    same = Q(transaction_id=cursor.transaction_id, id__gt=cursor.event_id or FIRST)
    settled = OutboxEvent.objects.filter(transaction_id__lt=OldestRunning())
    return settled.filter(later | same).order_by("transaction_id", "id")[:limit]


def _fits(type_: str, types: tuple[str, ...]) -> bool:
    return not types or any(type_ == name or (name.endswith(".") and type_.startswith(name)) for name in types)
