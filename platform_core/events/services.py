"""Writing news to the outbox, in the transaction of what is new."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from platform_core.events.models import OutboxEvent
from platform_core.events.reading import read
from platform_core.events.registry import EVENT_TYPES, EventType, public_types
from platform_core.kits.observability.context import request_id

__all__ = ["EVENT_TYPES", "EventType", "emit", "public_types", "read"]


def emit(*, type: str, organization_id: UUID, payload: Mapping[str, Any], is_test: bool = False) -> OutboxEvent:
    """This will store one event; readers see it after the commit, in commit order. Payloads hold ids and counts only.

    ``is_test``: of a test key's work; the payload says ``test``, and webhooks and notifications pass it over.
    """
    return OutboxEvent.objects.create(
        organization_id=organization_id,
        type=type,
        payload={**payload, **({"test": True} if is_test else {})},
        request_id=request_id()[:64],
    )
