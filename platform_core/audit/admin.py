"""The audit log, for platform staff: reading only, as for everybody."""

from platform_core.audit.models import AuditEvent
from platform_core.kits.web.staff import StaffModelAdmin, register


@register(AuditEvent)
class AuditEventAdmin(StaffModelAdmin):
    list_display = ("at", "organization", "actor_kind", "actor", "action", "target_label", "outcome", "request_id")
    list_filter = ("outcome", "actor_kind")
    list_select_related = ("organization", "actor")
    search_fields = ("action", "target_id", "request_id")
    ordering = ("-at",)
