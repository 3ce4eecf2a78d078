"""Organizations and who belongs to them, for platform staff."""

from typing import ClassVar

from platform_core.kits.web.staff import StaffModelAdmin, register
from platform_core.organizations.models import Invitation, Membership, Organization, PlanLimit, Usage


@register(Organization)
class OrganizationAdmin(StaffModelAdmin):
    list_display = ("name", "slug", "default_language", "time_zone", "created_at")
    search_fields = ("name", "slug")
    ordering = ("name",)


@register(Membership)
class MembershipAdmin(StaffModelAdmin):
    list_display = ("user", "organization", "role", "joined_at", "last_seen_at")
    list_filter = ("role",)
    list_select_related = ("user", "organization")
    search_fields = ("user__email", "user__name")


@register(Invitation)
class InvitationAdmin(StaffModelAdmin):
    list_display = ("email", "organization", "role", "created_at", "expires_at", "accepted_at", "revoked_at")
    list_select_related = ("organization",)
    search_fields = ("email",)
    exclude: ClassVar = ["token_hash"]


@register(PlanLimit)
class PlanLimitAdmin(StaffModelAdmin):
    list_display = ("organization", "name", "value")
    list_select_related = ("organization",)


@register(Usage)
class UsageAdmin(StaffModelAdmin):
    list_display = ("organization", "name", "period", "used")
    list_select_related = ("organization",)
    list_filter = ("name",)
