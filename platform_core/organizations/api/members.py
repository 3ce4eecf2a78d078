"""REST: an organization and its members."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import F
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.access.rest import OrganizationAPIView
from platform_core.audit.services import audit_view
from platform_core.kits.api.pagination import cursor_page
from platform_core.kits.api.problems import register_problem
from platform_core.kits.api.schema import CURSOR_PARAMETERS, page_of
from platform_core.organizations.api.base import AccessView
from platform_core.organizations.belongings import belongings_of
from platform_core.organizations.errors import HeirNeededError
from platform_core.organizations.models import Membership
from platform_core.organizations.serializers import (
    BelongingSerializer,
    MemberHeirSerializer,
    MemberRoleSerializer,
    MemberSerializer,
    OrganizationSerializer,
)
from platform_core.organizations.services import belonging
from platform_core.permissions import MEMBER_MANAGE, MEMBER_VIEW, ORGANIZATION_VIEW

HEIR = OpenApiParameter("heir", UUID, description="The member who shall have what runs in this one's name.")
register_problem(HeirNeededError, status=409, code="heir_needed")


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
        shown = rows.values(
            "id",
            "role",
            "joined_at",
            "custom_role_id",
            "custom_role__name",
            name=F("user__name"),
            email=F("user__email"),
        )
        page = cursor_page(request, shown)
        for row in page["results"]:
            role_id, role_name = row.pop("custom_role_id"), row.pop("custom_role__name")
            row["custom_role"] = {"id": role_id, "name": role_name} if role_id else None
        audit_view(
            action="members.view",
            organization_id=self.organization_id,
            actor=self.actor,
            count=len(page["results"]),
            throttled=True,
            part=f"members?{request.query_params.urlencode()}",
        )
        return Response(page)


class MemberRole(AccessView):
    """The role of one member."""

    permissions: ClassVar[dict[str, str]] = {"PATCH": MEMBER_MANAGE}
    fresh = frozenset(["PATCH"])

    @extend_schema(
        operation_id="members_role",
        request=MemberRoleSerializer,
        responses=MemberSerializer,
        examples=[OpenApiExample("A built-in role", value={"role": "editor"}, request_only=True)],
    )
    def patch(self, request: Request, slug: str, member_id: UUID) -> Response:
        """Give a member another role. It holds from their next request on. Nobody gives or takes what they lack."""
        asked = MemberRoleSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        rows = Membership.objects.for_organization(self.organization_id).select_related("user")
        member = get_object_or_404(rows, pk=member_id)
        after = belonging.change_role(actor=self.person, member=member, role=asked.validated_data["role"])
        shown = {"name": after.user.name, "email": after.user.email, "role": after.role, "joined_at": after.joined_at}
        return Response({"id": after.pk, **shown, "custom_role": _named(after)})


class Member(AccessView):
    """One member."""

    permissions: ClassVar[dict[str, str]] = {"DELETE": MEMBER_MANAGE}
    fresh = frozenset(["DELETE"])

    @extend_schema(operation_id="members_remove", parameters=[HEIR], responses={204: None})
    def delete(self, request: Request, slug: str, member_id: UUID) -> Response:
        """Take a member out. What runs in their name goes on in the heir's; without one it is a 409 that names it."""
        rows = Membership.objects.for_organization(self.organization_id).select_related("user")
        asked = MemberHeirSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        heir_id = asked.validated_data["heir"]
        heir = get_object_or_404(rows, pk=heir_id) if heir_id else None
        belonging.remove_member(actor=self.person, member=get_object_or_404(rows, pk=member_id), heir=heir)
        return Response(status=204)


class MemberBelongings(OrganizationAPIView):
    """What a member owns or what runs in their name."""

    permissions: ClassVar[dict[str, str]] = {"GET": MEMBER_MANAGE}

    @extend_schema(operation_id="members_belongings", responses=BelongingSerializer(many=True))
    def get(self, request: Request, slug: str, member_id: UUID) -> Response:
        """List by sort what the member holds. What `passes_on` needs an heir before the member can be removed."""
        rows = Membership.objects.for_organization(self.organization_id)
        held = belongings_of(get_object_or_404(rows, pk=member_id))
        shown = [{"name": one.belonging.name, "count": one.n, "passes_on": one.passes_on} for one in held]
        return Response(shown)


def _named(member: Membership) -> dict[str, Any] | None:
    return {"id": member.custom_role.pk, "name": member.custom_role.name} if member.custom_role else None
