"""Mail on its way out, for platform staff."""

from typing import ClassVar

from platform_core.kits.web.staff import StaffModelAdmin, register
from platform_core.mail.models import OutgoingMail, Suppression


@register(OutgoingMail)
class OutgoingMailAdmin(StaffModelAdmin):
    list_display = ("subject", "to_address", "organization", "kind", "state", "attempts", "created_at", "sent_at")
    list_filter = ("state", "is_test", "kind")
    list_select_related = ("organization",)
    search_fields = ("to_address", "message_id")
    ordering = ("-created_at",)
    exclude: ClassVar = ["html_body", "attachments"]


@register(Suppression)
class SuppressionAdmin(StaffModelAdmin):
    list_display = ("address", "organization", "reason", "created_at")
    list_select_related = ("organization",)
    search_fields = ("address",)
