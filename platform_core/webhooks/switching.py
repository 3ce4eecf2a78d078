"""Switching an endpoint off: by a member, because it answered 410, or because nothing got through for three days."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models.functions import Now

from platform_core.audit.services import audit
from platform_core.events.services import emit
from platform_core.webhooks.models import WebhookEndpoint, WebhookEvent

if TYPE_CHECKING:
    from platform_core.accounts.models import User

State = WebhookEndpoint.State


def switch_off(*, actor: User | None, endpoint: WebhookEndpoint, reason: str) -> bool:
    """This will stop sending; what waits becomes failed and can be replayed. False where it was off. Call in a transaction.

    Locks the endpoint, then its waiting events.
    """
    owner = endpoint.organization_id
    active = WebhookEndpoint.objects.for_organization(owner).filter(pk=endpoint.pk, state=State.ACTIVE)
    if not active.update(state=State.DISABLED, disabled_reason=reason, disabled_at=Now()):
        return False
    fail_waiting(owner, endpoint.pk)
    changes = {"state": [State.ACTIVE, State.DISABLED], "reason": ["", reason]}
    audit(action="webhook.disabled", target=endpoint, actor=actor, changes=changes)
    emit(type="webhook.disabled", organization_id=owner, payload={"endpoint_id": str(endpoint.pk), "reason": reason})
    return True


def fail_waiting(organization_id: UUID, endpoint_id: UUID) -> int:
    """This will close what waits for an endpoint, in the order of the keys; what is being sent settles by itself."""
    waiting = WebhookEvent.objects.for_organization(organization_id).filter(endpoint=endpoint_id, state="queued")
    waiting.lock()
    return int(waiting.update(state="failed", error="disabled"))
