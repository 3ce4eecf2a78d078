"""API keys, for platform staff. The secret is nowhere: only its hash is stored, and it is not shown."""

from typing import ClassVar

from platform_core.access.models import ApiKey
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
    search_fields = ("name", "prefix")
    exclude: ClassVar = ["secret_hash"]
