"""From the outbox to endpoints: one row for each endpoint that wants an event, in the transaction that moves the cursor."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from platform_core.events.models import OutboxEvent
from platform_core.events.services import EVENT_TYPES, read
from platform_core.webhooks.models import WebhookEndpoint, WebhookEvent

CONSUMER = "webhooks"
BATCH = 500


def sort_events() -> int:
    """This will read the next events and return how many; call it as the service."""
    return read(consumer=CONSUMER, handle=hand_out, limit=BATCH)


def body_of(*, type: str, at: datetime, organization_id: UUID, data: Mapping[str, Any]) -> str:
    """This will write what is sent: thin, so that the receiver asks the API and never acts on something old."""
    content = {
        "type": type,
        "timestamp": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "organization": str(organization_id),
        "data": dict(data),
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def hand_out(events: Sequence[OutboxEvent]) -> None:
    """This will make the rows of these events, as the service; news of tests goes to no endpoint.

    What comes while an endpoint is off is kept as failed: switched on again, a window of it can be replayed.
    """
    live = [event for event in events if not event.is_test]
    public = [event for event in live if event.type in EVENT_TYPES and EVENT_TYPES[event.type].is_public]
    owners = {event.organization_id for event in public}
    endpoints: dict[UUID, list[WebhookEndpoint]] = defaultdict(list)
    for endpoint in WebhookEndpoint.objects.filter(organization_id__in=owners).order_by("id"):
        endpoints[endpoint.organization_id].append(endpoint)
    rows = [
        _row(endpoint, event)
        for event in public
        for endpoint in endpoints[event.organization_id]
        if endpoint.wants(event.type) and endpoint.created_at <= event.at
    ]
    WebhookEvent.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)


def _row(endpoint: WebhookEndpoint, event: OutboxEvent) -> WebhookEvent:
    is_on = endpoint.state == WebhookEndpoint.State.ACTIVE
    return WebhookEvent(
        organization_id=event.organization_id,
        endpoint=endpoint,
        source_id=event.pk,
        type=event.type,
        body=body_of(type=event.type, at=event.at, organization_id=event.organization_id, data=event.payload),
        state=WebhookEvent.State.QUEUED if is_on else WebhookEvent.State.FAILED,
        error="" if is_on else "disabled",
    )
