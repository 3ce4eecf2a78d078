"""Staff pick an organization and work as its tenant; with none picked they see all, as the service."""

from typing import Any
from uuid import UUID

from django.contrib.admin import AdminSite

from platform_core.kits.tenancy.scope import enter_service, enter_tenant

PICKED = "staff_organization"


class StaffSite(AdminSite):
    """Same connection and same transaction as everything else, so audit rows and services called by actions join in.

    ``pick`` is called by a view that writes the audit row: the kit knows no organizations.
    """

    def pick(self, request: Any, organization_id: UUID | None) -> None:
        request.session[PICKED] = organization_id and str(organization_id)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        def scoped(request: Any, *args: Any, **kwargs: Any) -> Any:  # runs after the site's permission check
            if picked := request.session.get(PICKED):
                enter_tenant(UUID(picked), user_id=request.user.pk)
            else:
                enter_service("staff admin, no organization picked")
            return view(request, *args, **kwargs)

        return super().admin_view(scoped, cacheable)
