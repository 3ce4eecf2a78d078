"""Webhooks, for platform staff. Secrets are sealed and not shown."""

from typing import ClassVar

from platform_core.kits.web.staff import StaffModelAdmin, register
from platform_core.webhooks.models import (
    ReceivedWebhook,
    WebhookAttempt,
    WebhookEndpoint,
    WebhookEvent,
    WebhookSource,
)


@register(WebhookEndpoint)
class WebhookEndpointAdmin(StaffModelAdmin):
    routes = frozenset(["webhook", "webhook-change"])
    list_display = ("url", "organization", "state", "disabled_reason", "failing_since", "last_success_at")
    list_filter = ("state", "disabled_reason")
    list_select_related = ("organization",)
    search_fields = ("url", "description")
    exclude: ClassVar = ["sealed_secret", "sealed_former"]

    def find(self, organization_id: object, arguments: object) -> WebhookEndpoint | None:
        """The address of an endpoint's page names it ``endpoint_id``."""
        wanted = arguments["endpoint_id"]  # type: ignore[index]
        return WebhookEndpoint.objects.for_organization(organization_id).filter(pk=wanted).first()


@register(WebhookEvent)
class WebhookEventAdmin(StaffModelAdmin):
    list_display = (
        "type",
        "endpoint",
        "organization",
        "state",
        "attempts",
        "status_code",
        "error",
        "due_at",
        "created_at",
    )
    list_filter = ("state", "error")
    list_select_related = ("organization", "endpoint")
    search_fields = ("id",)
    ordering = ("-id",)


@register(WebhookAttempt)
class WebhookAttemptAdmin(StaffModelAdmin):
    list_display = ("at", "url", "organization", "cause", "status_code", "error", "milliseconds", "address")
    list_filter = ("error", "cause")
    list_select_related = ("organization",)
    search_fields = ("url", "event__id")
    ordering = ("-id",)


@register(WebhookSource)
class WebhookSourceAdmin(StaffModelAdmin):
    routes = frozenset(["webhook-source"])
    list_display = ("name", "organization", "is_open", "last_received_at", "created_at")
    list_select_related = ("organization",)
    search_fields = ("name", "id")
    exclude: ClassVar = ["sealed_secret", "sealed_former"]

    def find(self, organization_id: object, arguments: object) -> WebhookSource | None:
        """The address of a source's page names it ``source_id``."""
        wanted = arguments["source_id"]  # type: ignore[index]
        return WebhookSource.objects.for_organization(organization_id).filter(pk=wanted).first()


@register(ReceivedWebhook)
class ReceivedWebhookAdmin(StaffModelAdmin):
    list_display = ("message_id", "source", "organization", "received_at")
    list_select_related = ("organization", "source")
    search_fields = ("message_id",)
    ordering = ("-id",)
    exclude: ClassVar = ["body"]
