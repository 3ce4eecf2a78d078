"""Sending again what a person asks for, and a test whose result is there at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from platform_core.audit.services import audit
from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.work.queue import enqueue
from platform_core.webhooks import tasks
from platform_core.webhooks.delivering import settle
from platform_core.webhooks.errors import WebhookStateError
from platform_core.webhooks.models import WebhookAttempt, WebhookEndpoint, WebhookEvent
from platform_core.webhooks.sending import TEST_SECONDS, Order, send
from platform_core.webhooks.sorting import body_of

if TYPE_CHECKING:
    from platform_core.accounts.models import User

TEST_TYPE = "webhook.test"
TEST_LEASE = timedelta(seconds=60)
AFRESH = {"state": "queued", "attempts": 0, "due_at": None, "error": "", "delivered_at": None}


def replay(*, actor: User | None, event: WebhookEvent) -> None:
    """This will send one event again, delivered or failed, under the same ``webhook-id``. Raises WebhookStateError."""
    with transaction.atomic():
        _check_on(event.endpoint)
        closed = WebhookEvent.objects.for_organization(event.organization_id).filter(
            pk=event.pk, state__in=["delivered", "failed"]
        )
        if not closed.update(**AFRESH):
            raise WebhookStateError("", "on_its_way", _("This event is on its way already."))
        changes = {"state": [event.state, "queued"]}
        audit(action="webhook.replayed", target=event.endpoint, actor=actor, changes=changes)
        enqueue(tasks.deliver_webhooks)


def replay_failed(*, actor: User | None, endpoint: WebhookEndpoint, since: datetime, until: datetime) -> int:
    """This will send again what failed of the events of a window, and return how many. Raises WebhookStateError."""
    if since >= until:
        raise WebhookStateError("until", "window", _("The end of the window must lie after its beginning."))
    with transaction.atomic():
        _check_on(endpoint)
        rows = WebhookEvent.objects.for_organization(endpoint.organization_id).filter(
            endpoint=endpoint, state="failed", created_at__gte=since, created_at__lt=until
        )
        rows.exclude(source_id=None).lock()
        count = int(rows.exclude(source_id=None).update(**AFRESH))
        if count:
            audit(action="webhook.replayed", target=endpoint, actor=actor, changes={"rows": [None, count]})
            enqueue(tasks.deliver_webhooks)
    return count


def send_test(*, actor: User | None, endpoint: WebhookEndpoint) -> WebhookAttempt:
    """This will send a test now, wait for the answer ten seconds at most, and return the attempt. Once, no retries.

    Network: call it outside of any transaction. An endpoint that is off can be tested too.
    """
    id, token, now = new_id(), uuid4(), timezone.now()
    data = {"endpoint_id": str(endpoint.pk)}
    with transaction.atomic():
        event = WebhookEvent.objects.create(
            id=id,
            organization_id=endpoint.organization_id,
            endpoint=endpoint,
            type=TEST_TYPE,
            body=body_of(type=TEST_TYPE, at=now, organization_id=endpoint.organization_id, data=data),
            state="running",
            attempts=1,
            lease_token=token,
            lease_until=Now() + TEST_LEASE,
        )
        audit(action="webhook.tested", target=endpoint, actor=actor)
    outcome = send(Order(event, endpoint.url, endpoint.secrets(now), "test", TEST_SECONDS))
    settle(endpoint.organization_id, [outcome], token)
    return outcome.attempt


def _check_on(endpoint: WebhookEndpoint) -> None:
    rows = WebhookEndpoint.objects.for_organization(endpoint.organization_id)
    if not rows.filter(pk=endpoint.pk, state=WebhookEndpoint.State.ACTIVE).select_for_update(no_key=True).exists():
        raise WebhookStateError("", "disabled", _("The endpoint is off. Switch it on first."))
