"""API keys, for platform staff. The secret is nowhere: only its hash is stored, and it is not shown."""

from collections.abc import Mapping
from typing import Any, ClassVar

from platform_core.access.models import ApiKey, ApiRequest, KeyPlace
from platform_core.kits.web.staff import StaffModelAdmin, register


@register(ApiKey)
class ApiKeyAdmin(StaffModelAdmin):
    list_display = (
        "name",
        "prefix",
        "is_test",
        "organization",
        "created_by",
        "created_at",
        "last_used_at",
        "revoked_at",
    )
    list_select_related = ("organization", "created_by")
    list_filter = ("is_test",)
    search_fields = ("id", "name", "prefix")
    exclude: ClassVar = ["secret_hash"]
    routes = frozenset(["key"])

    def find(self, organization_id: Any, arguments: Mapping[str, Any]) -> ApiKey | None:
        return ApiKey.objects.filter(organization_id=organization_id, pk=arguments["key_id"]).first()


@register(ApiRequest)
class ApiRequestAdmin(StaffModelAdmin):
    list_display = ("at", "organization", "key", "method", "path", "status", "ms", "code", "request_id")
    list_filter = ("method", "status")
    list_select_related = ("organization", "key")
    search_fields = ("id", "request_id", "key__id", "key__prefix", "path")
    ordering = ("-id",)


@register(KeyPlace)
class KeyPlaceAdmin(StaffModelAdmin):
    list_display = ("key", "place", "organization", "first_used_at", "judged_at")
    list_select_related = ("organization", "key")
    search_fields = ("id", "place", "key__id", "key__prefix", "key__name")
    ordering = ("-id",)


class PersonShareAdmin(StaffModelAdmin):
    """Shares of one kind of object with members; a product registers it for its table."""

    list_display = ("content_object", "user", "permission", "organization", "shared_by", "created_at")
    list_select_related = ("content_object", "user", "permission", "organization", "shared_by")
    search_fields = ("id", "content_object__id", "membership__id", "user__email", "user__name")
    ordering = ("-created_at",)


class TeamShareAdmin(StaffModelAdmin):
    """Shares of one kind of object with teams; a product registers it for its table."""

    list_display = ("content_object", "team", "permission", "organization", "shared_by", "created_at")
    list_select_related = ("content_object", "team", "permission", "organization", "shared_by")
    search_fields = ("id", "content_object__id", "team__id", "team__name")
    ordering = ("-created_at",)
