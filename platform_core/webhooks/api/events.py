"""REST: what went to an endpoint, every try of it, and sending again."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.access.idempotency import idempotent
from platform_core.kits.api.pagination import cursor_page
from platform_core.kits.api.parameters import read_parameters
from platform_core.kits.api.schema import CURSOR_PARAMETERS, page_of
from platform_core.webhooks import selectors, services
from platform_core.webhooks.api.endpoints import WebhookView
from platform_core.webhooks.models import WebhookEvent
from platform_core.webhooks.serializers import (
    AttemptSerializer,
    EventFilterSerializer,
    EventSerializer,
    ReplayedSerializer,
    WindowSerializer,
)

WINDOW = {"since": "2026-11-24T00:00:00Z", "until": "2026-11-25T00:00:00Z"}


class Events(WebhookView):
    @extend_schema(
        operation_id="webhooks_events",
        parameters=[EventFilterSerializer, *CURSOR_PARAMETERS],
        responses=page_of(EventSerializer),
    )
    def get(self, request: Request, slug: str, endpoint_id: Any) -> Response:
        """List the events of an endpoint, the newest first."""
        self.endpoint(endpoint_id)
        narrowed = read_parameters(request, EventFilterSerializer)
        return Response(cursor_page(request, selectors.event_rows(self.organization_id, endpoint_id, **narrowed)))


class Event(WebhookView):
    @extend_schema(operation_id="webhooks_event", responses=EventSerializer)
    def get(self, request: Request, slug: str, endpoint_id: Any, event_id: Any) -> Response:
        """Show one event of an endpoint and how it stands."""
        row = selectors.event_rows(self.organization_id, endpoint_id).filter(pk=event_id).first()
        if row is None:
            raise Http404
        return Response(row)


class Attempts(WebhookView):
    @extend_schema(operation_id="webhooks_attempts", parameters=CURSOR_PARAMETERS, responses=page_of(AttemptSerializer))
    def get(self, request: Request, slug: str, endpoint_id: Any) -> Response:
        """List the tries of an endpoint, the newest first, with request and answer."""
        self.endpoint(endpoint_id)
        return Response(cursor_page(request, selectors.attempt_rows(self.organization_id, endpoint_id)))


class ReplayEvent(WebhookView):
    @extend_schema(operation_id="webhooks_replay", request=None, responses={202: EventSerializer})
    @idempotent()
    def post(self, request: Request, slug: str, endpoint_id: Any, event_id: Any) -> Response:
        """Send one event again, under the same webhook-id."""
        rows = WebhookEvent.objects.for_organization(self.organization_id).select_related("endpoint")
        event = get_object_or_404(rows, pk=event_id, endpoint=endpoint_id)
        services.replay(actor=self.actor, event=event)
        return Response(selectors.event_rows(self.organization_id, endpoint_id).get(pk=event_id), status=202)


class ReplayFailed(WebhookView):
    @extend_schema(
        operation_id="webhooks_replay_failed",
        request=WindowSerializer,
        responses={202: ReplayedSerializer},
        examples=[OpenApiExample("One day", value=WINDOW, request_only=True)],
    )
    @idempotent()
    def post(self, request: Request, slug: str, endpoint_id: Any) -> Response:
        """Send again what failed of the events of a window."""
        endpoint = self.endpoint(endpoint_id)
        asked = WindowSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        count = services.replay_failed(actor=self.actor, endpoint=endpoint, **asked.validated_data)
        return Response({"replayed": count}, status=202)


class TestEndpoint(WebhookView):
    route_class = "heavy"

    @extend_schema(operation_id="webhooks_test", request=None, responses=AttemptSerializer)
    @idempotent(with_work=False)
    def post(self, request: Request, slug: str, endpoint_id: Any) -> Response:
        """Send a test now and answer how it went. Ten seconds at most, no retries."""
        attempt = services.send_test(actor=self.actor, endpoint=self.endpoint(endpoint_id))
        return Response(selectors.attempt_rows(self.organization_id, endpoint_id).get(pk=attempt.pk))
