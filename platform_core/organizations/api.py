"""REST: an organization and its members."""

from typing import ClassVar

from django.db.models import F
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.access.rest import OrganizationAPIView
from platform_core.audit.services import audit_view
from platform_core.kits.api.pagination import cursor_page
from platform_core.kits.api.schema import CURSOR_PARAMETERS, page_of
from platform_core.organizations.models import Membership
from platform_core.organizations.serializers import MemberSerializer, OrganizationSerializer
from platform_core.permissions import MEMBER_VIEW, ORGANIZATION_VIEW


class OrganizationDetail(OrganizationAPIView):
    """The organization itself."""

    permissions: ClassVar[dict[str, str]] = {"GET": ORGANIZATION_VIEW}

    @extend_schema(operation_id="organization", responses=OrganizationSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Show the organization."""
        return Response(OrganizationSerializer(self.organization).data)


class Members(OrganizationAPIView):
    """Who belongs to the organization."""

    permissions: ClassVar[dict[str, str]] = {"GET": MEMBER_VIEW}

    @extend_schema(operation_id="members_list", parameters=CURSOR_PARAMETERS, responses=page_of(MemberSerializer))
    def get(self, request: Request, slug: str) -> Response:
        """List members, the newest first."""
        rows = Membership.objects.for_organization(self.organization_id)
        shown = rows.values("id", "role", "joined_at", name=F("user__name"), email=F("user__email"))
        page = cursor_page(request, shown)
        audit_view(
            action="members.view",
            organization_id=self.organization_id,
            actor=self.actor,
            count=len(page["results"]),
            throttled=True,
        )
        return Response(page)
