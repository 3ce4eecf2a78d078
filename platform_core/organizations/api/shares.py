"""REST: shares of single objects, and why somebody may or may not."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.access.can import can, principal_of
from platform_core.access.doors import require
from platform_core.access.explaining import explain
from platform_core.access.registry import PERMISSIONS
from platform_core.access.shares import KINDS
from platform_core.access.sharing import end_share, share, shares_of
from platform_core.audit.services import audit_view
from platform_core.kits.api.problems import ParameterError
from platform_core.organizations.api.base import AccessView
from platform_core.organizations.models import Membership, Team
from platform_core.organizations.serializers import ExplanationSerializer, ShareInputSerializer, ShareSerializer
from platform_core.permissions import MEMBER_MANAGE, ORGANIZATION_VIEW, SHARE_MANAGE

EXPLAINED = [
    OpenApiParameter("permission", str, required=True, description="`docuai.template.edit`, for instance."),
    OpenApiParameter("member", str, description="Id or address of a member; the caller, if not said."),
    OpenApiParameter("object", str, description="A single object as `kind:id`, `template:0199…` for instance."),
]


class _ObjectView(AccessView):
    def found(self) -> Any:
        """The object of the path, if the caller may read it."""
        shareable, obj = _object(self.organization_id, self.kwargs["kind"], self.kwargs["object_id"])
        for permission in shareable.read:
            require(self.principal, permission, obj)
        return obj


class Shares(_ObjectView):
    """With whom an object is shared."""

    permissions: ClassVar[dict[str, str]] = {"GET": SHARE_MANAGE, "POST": SHARE_MANAGE}

    @extend_schema(operation_id="shares_list", responses=ShareSerializer(many=True))
    def get(self, request: Request, slug: str, kind: str, object_id: UUID) -> Response:
        """List the shares of an object, teams first. `kind` is `template` or `run`."""
        obj = self.found()
        shown = [_shown(row) for row in shares_of(obj)]
        audit_view(
            action="share.view",
            organization_id=self.organization_id,
            actor=self.actor,
            count=sum(row["person"] is not None for row in shown),
            target=obj,
            target_label=getattr(obj, "name", "") or str(obj),
            throttled=True,
        )
        return Response(shown)

    @extend_schema(
        operation_id="shares_grant",
        request=ShareInputSerializer,
        responses={200: ShareSerializer(many=True)},
        examples=[
            OpenApiExample(
                "Read", value={"level": "read", "team": "0199c2e4-6f1a-7c35-9d1e-3f2b8a4c5d6e"}, request_only=True
            )
        ],
    )
    def post(self, request: Request, slug: str, kind: str, object_id: UUID) -> Response:
        """Share an object with a member or a team, or change the level. Answers all its shares; repeating changes nothing."""
        asked = ShareInputSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        who: dict[str, Any] = {}
        for name, rows in (("member", Membership.objects.select_related("user")), ("team", Team.objects.all())):
            if name in given:
                who[name] = get_object_or_404(rows.filter(organization=self.organization_id), pk=given[name])
        obj = self.found()
        share(actor=self.person, obj=obj, level=given["level"], **who)
        return Response([_shown(row) for row in shares_of(obj)])


class Share(_ObjectView):
    """One share."""

    permissions: ClassVar[dict[str, str]] = {"DELETE": SHARE_MANAGE}

    @extend_schema(operation_id="shares_end", responses={204: None})
    def delete(self, request: Request, slug: str, kind: str, object_id: UUID, share_id: UUID) -> Response:
        """End a share: it is shut from the next request on."""
        if not end_share(actor=self.person, obj=self.found(), share_id=share_id):
            raise Http404
        return Response(status=204)


class Explain(AccessView):
    """Why somebody may or may not."""

    permissions: ClassVar[dict[str, str]] = {"GET": ORGANIZATION_VIEW}

    @extend_schema(operation_id="access_explain", parameters=EXPLAINED, responses=ExplanationSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Explain a permission: granted or not, by which role, share, scope or plan, and who can grant it."""
        permission = request.query_params.get("permission", "")
        if permission not in PERMISSIONS:
            raise ParameterError("permission", _("Name one of the permissions, such as docuai.template.edit."))
        principal, obj = self.principal, None
        if given := request.query_params.get("member", ""):
            member = self._member(given)
            if member.user_id != principal.user_id:
                require(principal, MEMBER_MANAGE)
            principal = principal_of(member)
        if named := request.query_params.get("object", ""):
            kind, _colon, key = named.partition(":")
            shareable, obj = _object(self.organization_id, kind, _id(key))
            if not can(self.principal, MEMBER_MANAGE):
                for needed in shareable.read:
                    require(self.principal, needed, obj)
        return Response(explain(principal, permission, obj).facts)

    def _member(self, given: str) -> Membership:
        rows = Membership.objects.for_organization(self.organization_id)
        return get_object_or_404(rows, **({"user__email__iexact": given} if "@" in given else {"pk": _id(given)}))


def _object(organization_id: UUID, kind: str, object_id: UUID) -> tuple[Any, Any]:
    shareable = KINDS.get(kind)
    if shareable is None:
        raise Http404
    rows = shareable.model.objects.for_organization(organization_id).filter(shareable.living)
    return shareable, get_object_or_404(rows.select_related("organization"), pk=object_id)


def _shown(row: Any) -> dict[str, Any]:
    team = {"id": row.team.pk, "name": row.team.name} if row.team else None
    person = None if row.team else row.user.email
    return {"id": row.id, "level": row.level, "person": person, "team": team, "created_at": row.created_at}


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
