"""REST: webhook sources, and what they have received."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.access.idempotency import idempotent
from platform_core.kits.api.pagination import cursor_page
from platform_core.kits.api.schema import CURSOR_PARAMETERS, page_of
from platform_core.webhooks import selectors, services
from platform_core.webhooks.api.endpoints import WebhookView
from platform_core.webhooks.models import WebhookSource
from platform_core.webhooks.serializers import (
    NewSourceSerializer,
    ReceivedSerializer,
    SecretSerializer,
    SourceChangeSerializer,
    SourceInputSerializer,
    SourceSerializer,
)


class SourceView(WebhookView):
    """What the resources of one source share."""

    def source(self, source_id: Any) -> WebhookSource:
        """This will find the source of the path, or answer 404."""
        return get_object_or_404(WebhookSource.objects.for_organization(self.organization_id), pk=source_id)

    def shown(self, source_id: Any) -> dict[str, Any]:
        """This will read the source as it is now, with its address."""
        row = selectors.source_rows(self.organization_id).filter(pk=source_id).first()
        if row is None:
            raise Http404
        return {**row, "url": self.url_of(source_id)}

    def url_of(self, source_id: Any) -> str:
        """This will write the address that the other system sends to."""
        return self.request.build_absolute_uri(reverse("hook-in", kwargs={"source_id": source_id}))


class Sources(SourceView):
    """The webhook sources of an organization."""

    fresh = frozenset(["POST"])

    @extend_schema(
        operation_id="webhook_sources_list", parameters=CURSOR_PARAMETERS, responses=page_of(SourceSerializer)
    )
    def get(self, request: Request, slug: str) -> Response:
        """List webhook sources, the newest first."""
        page = cursor_page(request, selectors.source_rows(self.organization_id))
        return Response({**page, "results": [{**row, "url": self.url_of(row["id"])} for row in page["results"]]})

    @extend_schema(
        operation_id="webhook_sources_create",
        request=SourceInputSerializer,
        responses={201: NewSourceSerializer},
        examples=[OpenApiExample("A payroll system", value={"name": "Payroll"}, request_only=True)],
    )
    @idempotent(never_stored=("secret",))
    def post(self, request: Request, slug: str) -> Response:
        """Make an address that takes signed events from another system. The answer holds the secret."""
        asked = SourceInputSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        source, secret = services.create_source(
            actor=self.actor, organization=self.organization, **asked.validated_data
        )
        return Response({**self.shown(source.pk), "secret": secret}, status=201)


class Source(SourceView):
    """One webhook source."""

    @extend_schema(operation_id="webhook_sources_show", responses=SourceSerializer)
    def get(self, request: Request, slug: str, source_id: Any) -> Response:
        """Show one webhook source."""
        return Response(self.shown(source_id))

    @extend_schema(
        operation_id="webhook_sources_change",
        request=SourceChangeSerializer,
        responses=SourceSerializer,
        examples=[OpenApiExample("Close it", value={"is_open": False}, request_only=True)],
    )
    def patch(self, request: Request, slug: str, source_id: Any) -> Response:
        """Open or close a source. A closed one answers 410."""
        source = self.source(source_id)
        asked = SourceChangeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        services.switch_source(actor=self.actor, source=source, **asked.validated_data)
        return Response(self.shown(source_id))

    @extend_schema(operation_id="webhook_sources_delete", responses={204: None})
    def delete(self, request: Request, slug: str, source_id: Any) -> Response:
        """Delete a source with what it has received, for good."""
        services.delete_source(actor=self.actor, source=self.source(source_id))
        return Response(status=204)


class RotateSource(SourceView):
    fresh = frozenset(["POST"])

    @extend_schema(operation_id="webhook_sources_rotate", request=None, responses=SecretSerializer)
    @idempotent(never_stored=("secret",))
    def post(self, request: Request, slug: str, source_id: Any) -> Response:
        """Put a new secret in force. For 24 hours the former one counts too."""
        secret = services.rotate_source_secret(actor=self.actor, source=self.source(source_id))
        return Response({"secret": secret, "former_until": self.shown(source_id)["former_until"]})


class SourceSecret(SourceView):
    fresh = frozenset(["GET"])

    @extend_schema(operation_id="webhook_sources_secret", responses=SecretSerializer)
    def get(self, request: Request, slug: str, source_id: Any) -> Response:
        """Show the secret in force. Who looks is written down."""
        source = self.source(source_id)
        secret = services.reveal_source_secret(actor=self.actor, source=source)
        return Response({"secret": secret, "former_until": source.former_until})


class Received(SourceView):
    @extend_schema(
        operation_id="webhook_sources_received", parameters=CURSOR_PARAMETERS, responses=page_of(ReceivedSerializer)
    )
    def get(self, request: Request, slug: str, source_id: Any) -> Response:
        """List what a source has received, the newest first, 30 days long."""
        self.source(source_id)
        return Response(cursor_page(request, selectors.received_rows(self.organization_id, source_id)))
