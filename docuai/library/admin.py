"""Templates and their versions, for platform staff."""

from collections.abc import Mapping
from typing import Any, ClassVar

from docuai.library.models import DocumentTemplate, TemplatePersonShare, TemplateTeamShare, TemplateVersion
from platform_core.access.admin import PersonShareAdmin, TeamShareAdmin
from platform_core.kits.web.staff import StaffModelAdmin, register


@register(DocumentTemplate)
class DocumentTemplateAdmin(StaffModelAdmin):
    list_display = ("name", "organization", "engine", "slug", "created_by", "updated_at", "deleted_at")
    list_filter = ("engine",)
    list_select_related = ("organization", "created_by")
    search_fields = ("id", "name", "slug")
    ordering = ("-updated_at",)
    routes = frozenset(["template"])

    def find(self, organization_id: Any, arguments: Mapping[str, Any]) -> DocumentTemplate | None:
        slug = arguments.get("template")
        return (
            DocumentTemplate.objects.filter(organization_id=organization_id, slug=slug).order_by("deleted_at").first()
        )


@register(TemplateVersion)
class TemplateVersionAdmin(StaffModelAdmin):
    list_display = ("template", "number", "state", "organization", "created_by", "created_at", "published_at")
    list_filter = ("state",)
    list_select_related = ("template", "organization", "created_by")
    ordering = ("-created_at",)
    exclude: ClassVar = ["schema", "sample"]


@register(TemplatePersonShare)
class TemplatePersonShareAdmin(PersonShareAdmin):
    """Templates shared with members."""


@register(TemplateTeamShare)
class TemplateTeamShareAdmin(TeamShareAdmin):
    """Templates shared with teams."""
