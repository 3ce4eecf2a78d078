"""REST: webhook endpoints and what can be subscribed to."""

from typing import Any, ClassVar

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.access.idempotency import idempotent
from platform_core.access.rest import OrganizationAPIView
from platform_core.events.services import public_types
from platform_core.kits.api.pagination import cursor_page
from platform_core.kits.api.problems import register_problem
from platform_core.kits.api.schema import CURSOR_PARAMETERS, page_of
from platform_core.permissions import WEBHOOK_MANAGE
from platform_core.webhooks import selectors, services
from platform_core.webhooks.models import WebhookEndpoint
from platform_core.webhooks.serializers import (
    EndpointChangeSerializer,
    EndpointInputSerializer,
    EndpointSerializer,
    EventTypeSerializer,
    NewEndpointSerializer,
    SecretSerializer,
)

register_problem(services.WebhookError, status=422, code="webhook_refused")
register_problem(services.WebhookStateError, status=409, code="webhook_state")
EXAMPLE = {"url": "https://hooks.example.com/portfolio", "event_types": ["docuai."], "description": "Archive"}


class WebhookView(OrganizationAPIView):
    """What all resources of webhooks ask for."""

    permissions: ClassVar[dict[str, str]] = dict.fromkeys(["GET", "POST", "PATCH", "DELETE"], WEBHOOK_MANAGE)

    def endpoint(self, endpoint_id: Any) -> WebhookEndpoint:
        """This will find the endpoint of the path, or answer 404."""
        return get_object_or_404(WebhookEndpoint.objects.for_organization(self.organization_id), pk=endpoint_id)

    def row(self, endpoint_id: Any) -> dict[str, Any]:
        """This will read the endpoint as it is now."""
        row = selectors.endpoint_rows(self.organization_id).filter(pk=endpoint_id).first()
        if row is None:
            raise Http404
        return dict(row)


class EventTypes(WebhookView):
    """What can be subscribed to."""

    @extend_schema(operation_id="webhooks_event_types", responses=EventTypeSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List event types, each with an example of its data."""
        columns = ("name", "label", "product", "example", "resource")
        return Response([{name: _plain(getattr(one, name)) for name in columns} for one in public_types()])


class Endpoints(WebhookView):
    """The webhook endpoints of an organization."""

    fresh = frozenset(["POST"])

    @extend_schema(operation_id="webhooks_list", parameters=CURSOR_PARAMETERS, responses=page_of(EndpointSerializer))
    def get(self, request: Request, slug: str) -> Response:
        """List webhook endpoints, the newest first."""
        return Response(cursor_page(request, selectors.endpoint_rows(self.organization_id)))

    @extend_schema(
        operation_id="webhooks_create",
        request=EndpointInputSerializer,
        responses={201: NewEndpointSerializer},
        examples=[OpenApiExample("All of DocuAI", value=EXAMPLE, request_only=True)],
    )
    @idempotent(never_stored=("secret",))
    def post(self, request: Request, slug: str) -> Response:
        """Make a webhook endpoint. The answer holds the secret that signs."""
        asked = EndpointInputSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        endpoint, secret = services.create_endpoint(
            actor=self.actor, organization=self.organization, **asked.validated_data
        )
        return Response({**self.row(endpoint.pk), "secret": secret}, status=201)


class Endpoint(WebhookView):
    """One webhook endpoint."""

    @extend_schema(operation_id="webhooks_show", responses=EndpointSerializer)
    def get(self, request: Request, slug: str, endpoint_id: Any) -> Response:
        """Show one webhook endpoint and how it does."""
        return Response(self.row(endpoint_id))

    @extend_schema(
        operation_id="webhooks_change",
        request=EndpointChangeSerializer,
        responses=EndpointSerializer,
        examples=[OpenApiExample("Everything from now on", value={"event_types": ["*"]}, request_only=True)],
    )
    def patch(self, request: Request, slug: str, endpoint_id: Any) -> Response:
        """Change address, description or event types. Tries from then on go to the new address."""
        endpoint = self.endpoint(endpoint_id)
        asked = EndpointChangeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        services.update_endpoint(actor=self.actor, endpoint=endpoint, **asked.validated_data)
        return Response(self.row(endpoint_id))

    @extend_schema(operation_id="webhooks_delete", responses={204: None})
    def delete(self, request: Request, slug: str, endpoint_id: Any) -> Response:
        """Delete a webhook endpoint with its events and attempts, for good."""
        services.delete_endpoint(actor=self.actor, endpoint=self.endpoint(endpoint_id))
        return Response(status=204)


class EnableEndpoint(WebhookView):
    @extend_schema(operation_id="webhooks_enable", request=None, responses=EndpointSerializer)
    @idempotent()
    def post(self, request: Request, slug: str, endpoint_id: Any) -> Response:
        """Switch a webhook endpoint on. What failed meanwhile can be replayed."""
        services.enable_endpoint(actor=self.actor, endpoint=self.endpoint(endpoint_id))
        return Response(self.row(endpoint_id))


class DisableEndpoint(WebhookView):
    @extend_schema(operation_id="webhooks_disable", request=None, responses=EndpointSerializer)
    @idempotent()
    def post(self, request: Request, slug: str, endpoint_id: Any) -> Response:
        """Switch a webhook endpoint off. Its events are kept as failed."""
        services.disable_endpoint(actor=self.actor, endpoint=self.endpoint(endpoint_id))
        return Response(self.row(endpoint_id))


class RotateEndpoint(WebhookView):
    fresh = frozenset(["POST"])

    @extend_schema(operation_id="webhooks_rotate", request=None, responses=SecretSerializer)
    @idempotent(never_stored=("secret",))
    def post(self, request: Request, slug: str, endpoint_id: Any) -> Response:
        """Put a new secret in force. For 24 hours the former one signs too."""
        endpoint = self.endpoint(endpoint_id)
        secret = services.rotate_secret(actor=self.actor, endpoint=endpoint)
        return Response({"secret": secret, "former_until": endpoint.former_until})


class EndpointSecret(WebhookView):
    fresh = frozenset(["GET"])

    @extend_schema(operation_id="webhooks_secret", responses=SecretSerializer)
    def get(self, request: Request, slug: str, endpoint_id: Any) -> Response:
        """Show the secret in force. Who looks is written down."""
        endpoint = self.endpoint(endpoint_id)
        secret = services.reveal_secret(actor=self.actor, endpoint=endpoint)
        return Response({"secret": secret, "former_until": endpoint.former_until})


def _plain(value: Any) -> Any:
    return dict(value) if hasattr(value, "keys") else str(value)
