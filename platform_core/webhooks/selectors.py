"""Reads of webhooks: endpoints with their health, events with their last try."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now

from platform_core.webhooks.models import (
    ReceivedWebhook,
    WebhookAttempt,
    WebhookEndpoint,
    WebhookEvent,
    WebhookSource,
)

HEALTH = timedelta(hours=24)
ENDPOINT_COLUMNS = (
    *("id", "url", "description", "event_types", "state", "disabled_reason", "disabled_at", "failing_since"),
    *("last_success_at", "last_failure_at", "former_until", "created_at"),
)
EVENT_COLUMNS = (
    *("id", "endpoint_id", "type", "state", "attempts", "due_at", "status_code", "error", "created_at", "delivered_at"),
)
ATTEMPT_COLUMNS = (
    *("id", "event_id", "cause", "at", "url", "address", "milliseconds", "status_code", "error", "detail"),
    *("request_headers", "response_headers", "response_body"),
)
SOURCE_COLUMNS = ("id", "name", "is_open", "last_received_at", "former_until", "created_at")
RECEIVED_COLUMNS = ("id", "source_id", "message_id", "body", "received_at")


def endpoints_of(organization_id: UUID) -> QuerySet[WebhookEndpoint]:
    """This will list endpoints with how many of the last day's tries there were (``tried``) and failed (``missed``)."""
    recent = WebhookAttempt.objects.for_organization(organization_id).filter(
        endpoint=OuterRef("pk"), at__gte=Now() - HEALTH
    )
    counted = recent.order_by().values("endpoint")
    tried = counted.annotate(n=Count("id")).values("n")
    missed = counted.annotate(n=Count("id", filter=~Q(error=""))).values("n")
    rows = WebhookEndpoint.objects.for_organization(organization_id).order_by("-id")
    return rows.annotate(
        tried=Coalesce(Subquery(tried, output_field=IntegerField()), 0),
        missed=Coalesce(Subquery(missed, output_field=IntegerField()), 0),
    )


def events_of(endpoint: WebhookEndpoint, *, state: str = "") -> QuerySet[WebhookEvent]:
    """This will list an endpoint's events, the newest first, with when the last try was and how long it took."""
    last = WebhookAttempt.objects.for_organization(endpoint.organization_id).filter(event=OuterRef("pk"))
    newest = last.order_by("-id")
    rows = WebhookEvent.objects.for_organization(endpoint.organization_id).filter(endpoint=endpoint).order_by("-id")
    rows = rows.filter(state=state) if state in WebhookEvent.State.values else rows
    return rows.annotate(
        tried_at=Subquery(newest.values("at")[:1]), milliseconds=Subquery(newest.values("milliseconds")[:1])
    )


def counts_of(endpoint: WebhookEndpoint) -> dict[str, int]:
    """This will count an endpoint's events by state."""
    rows = WebhookEvent.objects.for_organization(endpoint.organization_id).filter(endpoint=endpoint)
    return dict(rows.order_by().values_list("state").annotate(n=Count("id")))


def has_failed(endpoint: WebhookEndpoint) -> bool:
    """This will say whether there is something to replay: tests are not."""
    rows = WebhookEvent.objects.for_organization(endpoint.organization_id).filter(endpoint=endpoint, state="failed")
    return rows.exclude(source_id=None).exists()


def attempts_of(event: WebhookEvent) -> QuerySet[WebhookAttempt]:
    """This will list the tries of an event, the newest first."""
    return WebhookAttempt.objects.for_organization(event.organization_id).filter(event=event).order_by("-id")


def endpoint_rows(organization_id: UUID) -> QuerySet[Any, Any]:
    """This will list endpoints as the API shows them."""
    rows: QuerySet[Any, Any] = WebhookEndpoint.objects.for_organization(organization_id).values(*ENDPOINT_COLUMNS)
    return rows


def event_rows(organization_id: UUID, endpoint_id: Any, *, state: str = "") -> QuerySet[Any, Any]:
    """This will list an endpoint's events as the API shows them."""
    rows = WebhookEvent.objects.for_organization(organization_id).filter(endpoint=endpoint_id)
    found: QuerySet[Any, Any] = (rows.filter(state=state) if state else rows).values(*EVENT_COLUMNS)
    return found


def attempt_rows(organization_id: UUID, endpoint_id: Any, event_id: Any = None) -> QuerySet[Any, Any]:
    """This will list the tries of an endpoint, or of one event of it, as the API shows them; each with what was sent."""
    rows = WebhookAttempt.objects.for_organization(organization_id).filter(endpoint=endpoint_id)
    rows = rows.filter(event=event_id) if event_id else rows
    found: QuerySet[Any, Any] = rows.values(*ATTEMPT_COLUMNS, type=F("event__type"), request_body=F("event__body"))
    return found


def source_rows(organization_id: UUID) -> QuerySet[Any, Any]:
    """This will list sources as the API shows them."""
    rows: QuerySet[Any, Any] = WebhookSource.objects.for_organization(organization_id).values(*SOURCE_COLUMNS)
    return rows


def received_rows(organization_id: UUID, source_id: Any) -> QuerySet[Any, Any]:
    """This will list what a source has received, as the API shows it."""
    rows: QuerySet[Any, Any] = (
        ReceivedWebhook.objects.for_organization(organization_id).filter(source=source_id).values(*RECEIVED_COLUMNS)
    )
    return rows


def received_of(source: WebhookSource) -> QuerySet[ReceivedWebhook]:
    """This will list what a source has received, the newest first."""
    return ReceivedWebhook.objects.for_organization(source.organization_id).filter(source=source).order_by("-id")
