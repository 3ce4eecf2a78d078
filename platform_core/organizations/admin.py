"""Organizations and who belongs to them, for platform staff; and the recoveries that need their eyes."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from platform_core.access.freshness import require_fresh
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.kits.web.staff import StaffModelAdmin, register
from platform_core.organizations.errors import OrganizationError
from platform_core.organizations.models import (
    CustomRole,
    Invitation,
    Membership,
    Organization,
    OwnerRecovery,
    PlanLimit,
    Team,
    TeamMembership,
    Usage,
)
from platform_core.organizations.services import recovering


@register(Organization)
class OrganizationAdmin(StaffModelAdmin):
    list_display = ("name", "slug", "default_language", "time_zone", "created_at")
    search_fields = ("name", "slug")
    ordering = ("name",)


@register(Membership)
class MembershipAdmin(StaffModelAdmin):
    list_display = ("user", "organization", "role", "custom_role", "joined_at", "last_seen_at")
    list_filter = ("role",)
    list_select_related = ("user", "organization", "custom_role")
    search_fields = ("id", "user__email", "user__name")


@register(CustomRole)
class CustomRoleAdmin(StaffModelAdmin):
    list_display = ("name", "organization", "holds", "description", "version", "created_at")
    list_select_related = ("organization",)
    search_fields = ("id", "name")
    ordering = ("-created_at",)
    routes = frozenset(["role"])

    @admin.display(description=gettext_lazy("Permissions"))
    def holds(self, role: CustomRole) -> int:
        return len(role.permissions)

    def find(self, organization_id: Any, arguments: Mapping[str, Any]) -> CustomRole | None:
        return CustomRole.objects.filter(organization_id=organization_id, pk=arguments["role_id"]).first()


@register(Team)
class TeamAdmin(StaffModelAdmin):
    list_display = ("name", "organization", "description", "created_at")
    list_select_related = ("organization",)
    search_fields = ("id", "name")
    ordering = ("-created_at",)
    routes = frozenset(["team"])

    def find(self, organization_id: Any, arguments: Mapping[str, Any]) -> Team | None:
        return Team.objects.filter(organization_id=organization_id, pk=arguments["team_id"]).first()


@register(TeamMembership)
class TeamMembershipAdmin(StaffModelAdmin):
    list_display = ("person", "team", "organization", "added_at")
    list_select_related = ("membership__user", "team", "organization")
    search_fields = ("id", "team__name", "membership__user__email", "membership__user__name")
    ordering = ("-added_at",)

    @admin.display(description=gettext_lazy("Member"))
    def person(self, place: TeamMembership) -> Any:
        return place.membership.user


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


@register(OwnerRecovery)
class OwnerRecoveryAdmin(StaffModelAdmin):
    """The proof of a domain: look for the TXT record with the token, by hand. Two of staff must have seen it."""

    list_display = (
        "organization",
        "requested_by",
        "ground",
        "domain",
        "token",
        "state",
        "proved_by",
        "waits_until",
        "end",
    )
    list_filter = ("state", "ground")
    list_select_related = ("organization", "requested_by", "proved_by")
    search_fields = ("organization__slug", "domain")
    ordering = ("-id",)
    actions = ("confirm", "stop")
    routes = frozenset(["organization-recovery"])

    @admin.action(description=gettext_lazy("I have seen the TXT record of the domain"), permissions=["act"])
    def confirm(self, request: HttpRequest, chosen: QuerySet[OwnerRecovery]) -> HttpResponseBase | None:
        """This will note the proof; the second person of staff begins the seven days."""
        return self._each(request, chosen, recovering.confirm_domain, _("Noted: %(n)s."))

    @admin.action(description=gettext_lazy("Stop the recovery"), permissions=["act"])
    def stop(self, request: HttpRequest, chosen: QuerySet[OwnerRecovery]) -> HttpResponseBase | None:
        """This will end the chosen ones."""
        return self._each(request, chosen, recovering.stop_as_staff, _("Stopped: %(n)s."))

    def find(self, organization_id: Any, arguments: Any) -> OwnerRecovery | None:
        """This will find the newest one of the organization whose page it is."""
        return OwnerRecovery.objects.filter(organization_id=organization_id).order_by("-id").first()

    def _each(
        self, request: HttpRequest, chosen: QuerySet[OwnerRecovery], do: Callable[..., Any], said: str
    ) -> HttpResponseBase | None:
        def go(request: HttpRequest) -> Any:
            done = 0
            for recovery in list(chosen):
                with unscoped(), tenant(recovery.organization_id):
                    try:
                        do(actor=request.user, recovery=recovery)
                    except OrganizationError as refused:
                        messages.error(request, str(refused))
                    else:
                        done += 1
            messages.success(request, said % {"n": done})

        return require_fresh(go)(request)
