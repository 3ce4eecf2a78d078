"""Stored files and uploads on their way, for platform staff."""

from platform_core.files.models import StoredFile, Upload
from platform_core.kits.web.staff import StaffModelAdmin, register


@register(StoredFile)
class StoredFileAdmin(StaffModelAdmin):
    list_display = ("name", "organization", "purpose", "content_type", "size_bytes", "created_at", "deleted_at")
    list_select_related = ("organization",)
    list_filter = ("purpose",)
    search_fields = ("name", "sha256")
    ordering = ("-created_at",)


@register(Upload)
class UploadAdmin(StaffModelAdmin):
    list_display = ("name", "organization", "purpose", "offset_bytes", "length_bytes", "created_at", "expires_at")
    list_select_related = ("organization",)
    ordering = ("-created_at",)
