"""REST: roles and teams."""

from typing import Any, ClassVar
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.access.idempotency import idempotent
from platform_core.kits.api.pagination import cursor_page
from platform_core.kits.api.schema import CURSOR_PARAMETERS, page_of
from platform_core.kits.permissions import LADDER, held_by
from platform_core.organizations import models
from platform_core.organizations.api.base import AccessView
from platform_core.organizations.models import CustomRole, Membership, TeamMembership
from platform_core.organizations.selectors.roles import custom_roles, holders
from platform_core.organizations.serializers import (
    RoleInputSerializer,
    RoleSerializer,
    TeamInputSerializer,
    TeamSerializer,
)
from platform_core.organizations.services import roles as role_services
from platform_core.organizations.services import teams as team_services
from platform_core.permissions import MEMBER_VIEW, ROLE_MANAGE, TEAM_MANAGE

REPLACEMENT = OpenApiParameter("replacement", str, description="The role its members get: a built-in name or an id.")
CHECKER = {"name": "Document checker", "permissions": ["docuai.run.view", "docuai.template.view"]}


class Roles(AccessView):
    """The roles of an organization."""

    permissions: ClassVar[dict[str, str]] = {"GET": MEMBER_VIEW, "POST": ROLE_MANAGE}
    fresh = frozenset(["POST"])

    @extend_schema(operation_id="roles_list", responses=RoleSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List roles: the built-in ones from the top, then the organization's own by name. At most 204, in one answer."""
        held = holders(self.organization_id)
        built_in = [
            {
                "id": None,
                "role": role,
                "name": role,
                "description": "",
                "permissions": sorted(held_by(role)),
                "version": None,
            }
            | {"members": held.get(role, 0)}
            for role in LADDER
        ]
        return Response([*built_in, *(_role(role, held) for role in custom_roles(self.organization_id))])

    @extend_schema(
        operation_id="roles_create",
        request=RoleInputSerializer,
        responses={201: RoleSerializer},
        examples=[OpenApiExample("Reads only", value=CHECKER, request_only=True)],
    )
    @idempotent()
    def post(self, request: Request, slug: str) -> Response:
        """Make a role out of permissions that you hold."""
        given = _given(request)
        given.pop("version")
        made = role_services.create_role(actor=self.person, organization=self.organization, **given)
        return Response(_role(made, {}), status=201)


class Role(AccessView):
    """One role of the organization's own."""

    permissions: ClassVar[dict[str, str]] = {"GET": MEMBER_VIEW, "PUT": ROLE_MANAGE, "DELETE": ROLE_MANAGE}
    fresh = frozenset(["PUT", "DELETE"])

    @extend_schema(operation_id="roles_read", responses=RoleSerializer)
    def get(self, request: Request, slug: str, role_id: UUID) -> Response:
        """Read a role."""
        return Response(_role(self._found(role_id), holders(self.organization_id)))

    @extend_schema(
        operation_id="roles_change",
        request=RoleInputSerializer,
        responses=RoleSerializer,
        examples=[OpenApiExample("Reads only", value={**CHECKER, "version": 3}, request_only=True)],
    )
    def put(self, request: Request, slug: str, role_id: UUID) -> Response:
        """Change a role for all who hold it, from their next request on."""
        changed = role_services.edit_role(actor=self.person, role=self._found(role_id), **_given(request))
        return Response(_role(changed, holders(self.organization_id)))

    @extend_schema(operation_id="roles_delete", parameters=[REPLACEMENT], responses={204: None})
    def delete(self, request: Request, slug: str, role_id: UUID) -> Response:
        """Delete a role. While somebody holds it, name the role they get instead."""
        replacement = request.query_params.get("replacement", "")
        role_services.delete_role(actor=self.person, role=self._found(role_id), replacement=replacement)
        return Response(status=204)

    def _found(self, role_id: UUID) -> CustomRole:
        return get_object_or_404(custom_roles(self.organization_id), pk=role_id)


class Teams(AccessView):
    """The teams of an organization."""

    permissions: ClassVar[dict[str, str]] = {"GET": MEMBER_VIEW, "POST": TEAM_MANAGE}

    @extend_schema(operation_id="teams_list", parameters=CURSOR_PARAMETERS, responses=page_of(TeamSerializer))
    def get(self, request: Request, slug: str) -> Response:
        """List teams, the newest first; without their members."""
        rows = models.Team.objects.for_organization(self.organization_id)
        return Response(cursor_page(request, rows.values("id", "name", "description")))

    @extend_schema(
        operation_id="teams_create",
        request=TeamInputSerializer,
        responses={201: TeamSerializer},
        examples=[OpenApiExample("A team", value={"name": "Checkers"}, request_only=True)],
    )
    @idempotent()
    def post(self, request: Request, slug: str) -> Response:
        """Make a team without anybody in it."""
        asked = TeamInputSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = team_services.create_team(actor=self.person, organization=self.organization, **asked.validated_data)
        return Response(_team(made), status=201)


class _TeamView(AccessView):
    def team(self) -> models.Team:
        return get_object_or_404(models.Team.objects.for_organization(self.organization_id), pk=self.kwargs["team_id"])


class Team(_TeamView):
    """One team."""

    permissions: ClassVar[dict[str, str]] = {"GET": MEMBER_VIEW, "PUT": TEAM_MANAGE, "DELETE": TEAM_MANAGE}

    @extend_schema(operation_id="teams_read", responses=TeamSerializer)
    def get(self, request: Request, slug: str, team_id: UUID) -> Response:
        """Read a team with the ids of its members."""
        return Response(_team(self.team()))

    @extend_schema(
        operation_id="teams_change",
        request=TeamInputSerializer,
        responses=TeamSerializer,
        examples=[OpenApiExample("Another name", value={"name": "Checkers"}, request_only=True)],
    )
    def put(self, request: Request, slug: str, team_id: UUID) -> Response:
        """Rename or describe a team."""
        asked = TeamInputSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response(_team(team_services.edit_team(actor=self.person, team=self.team(), **asked.validated_data)))

    @extend_schema(operation_id="teams_delete", responses={204: None})
    def delete(self, request: Request, slug: str, team_id: UUID) -> Response:
        """Delete a team. What is shared with it is shut for its members."""
        team_services.delete_team(actor=self.person, team=self.team())
        return Response(status=204)


class TeamMember(_TeamView):
    """A member's place in a team."""

    permissions: ClassVar[dict[str, str]] = {"PUT": TEAM_MANAGE, "DELETE": TEAM_MANAGE}

    @extend_schema(operation_id="teams_add", request=None, responses={204: None})
    def put(self, request: Request, slug: str, team_id: UUID, member_id: UUID) -> Response:
        """Put a member into a team."""
        team_services.add_to_team(actor=self.person, team=self.team(), member=self._member(member_id))
        return Response(status=204)

    @extend_schema(operation_id="teams_take", responses={204: None})
    def delete(self, request: Request, slug: str, team_id: UUID, member_id: UUID) -> Response:
        """Take a member out of a team."""
        team_services.take_from_team(actor=self.person, team=self.team(), member=self._member(member_id))
        return Response(status=204)

    def _member(self, member_id: UUID) -> Membership:
        rows = Membership.objects.for_organization(self.organization_id).select_related("user")
        return get_object_or_404(rows, pk=member_id)


def _given(request: Request) -> dict[str, Any]:
    asked = RoleInputSerializer(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _role(role: CustomRole, held: dict[str, int]) -> dict[str, Any]:
    return {
        "id": role.pk,
        "role": str(role.pk),
        "name": role.name,
        "description": role.description,
        "permissions": sorted(role.held),
        "version": role.version,
        "members": held.get(str(role.pk), 0),
    }


def _team(team: models.Team) -> dict[str, Any]:
    places = TeamMembership.objects.for_organization(team.organization_id).filter(team=team).order_by("id")
    members = list(places.values_list("membership_id", flat=True))
    return {"id": team.pk, "name": team.name, "description": team.description, "members": members}
