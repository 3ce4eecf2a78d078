"""A webhook that goes round: an endpoint that calls a source of the same organization, with a failed event to replay."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Organization
from platform_core.webhooks import services
from platform_core.webhooks.models import WebhookAttempt, WebhookEndpoint, WebhookEvent
from platform_core.webhooks.sorting import body_of

ENDPOINT, SOURCE = "Archive", "Archive"
TYPES = ("docuai.run.finished", "key.created")
YESTERDAY = timedelta(hours=20)


def load(organization: Organization) -> None:
    """This will make source, endpoint and the failed event where the organization has no endpoint yet."""
    with unscoped(), tenant(organization.pk):
        if WebhookEndpoint.objects.for_organization(organization).exists():
            return
        with transaction.atomic():
            source, secret = services.create_source(actor=None, organization=organization, name=SOURCE)
            endpoint, _made = services.create_endpoint(
                actor=None,
                organization=organization,
                url=f"{settings.BASE_URL}/hooks/in/{source.pk}/",
                event_types=TYPES,
                description=ENDPOINT,
            )
            endpoint.keep_secret(secret)  # both ends know the same secret
            endpoint.save(update_fields=["sealed_secret"])
            _failed(endpoint)


def _failed(endpoint: WebhookEndpoint) -> None:
    """As if the receiver had been away yesterday: the last try of an event that a person can have sent again."""
    at = timezone.now() - YESTERDAY
    data = {"job_id": str(new_id()), "state": "done", "done": 40, "failed": 0}
    event = WebhookEvent.objects.create(
        organization_id=endpoint.organization_id,
        endpoint=endpoint,
        source_id=new_id(),
        type=TYPES[0],
        body=body_of(type=TYPES[0], at=at, organization_id=endpoint.organization_id, data=data),
        state=WebhookEvent.State.FAILED,
        attempts=10,
        status_code=503,
        error="status",
    )
    WebhookEvent.objects.filter(pk=event.pk).update(created_at=at)
    WebhookAttempt.objects.create(
        organization_id=endpoint.organization_id,
        event=event,
        endpoint=endpoint,
        cause=WebhookAttempt.Cause.RETRY,
        at=at,
        url=endpoint.url,
        milliseconds=212,
        status_code=503,
        error="status",
        request_headers={"webhook-id": event.message_id},
        response_headers=[["Content-Type", "text/plain"]],
        response_body="Closed for maintenance.",
    )
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(last_failure_at=at)
