"""Jobs, for platform staff: what runs, what stands, and why."""

from typing import Any, ClassVar

from unfold.admin import TabularInline

from platform_core.jobs.models import Job, JobLogLine
from platform_core.kits.web.staff import StaffModelAdmin, register


class LogLineInline(TabularInline):
    model = JobLogLine
    fields = readonly_fields = ("at", "level", "message", "parameters")
    ordering = ("-at",)
    extra = max_num = 0
    can_delete = False

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return bool(request.user.is_staff)


@register(Job)
class JobAdmin(StaffModelAdmin):
    list_display = ("title", "kind", "organization", "state", "done", "failed", "total", "attempts", "created_at")
    list_filter = ("is_test", "state", "kind")
    list_select_related = ("organization",)
    search_fields = ("title", "id")
    ordering = ("-created_at",)
    inlines: ClassVar = [LogLineInline]
    routes = frozenset(["job"])

    def find(self, organization_id: Any, arguments: Any) -> Any:
        return self.model.objects.filter(organization_id=organization_id, id=next(iter(arguments.values()))).first()
