"""REST: recovery of an organization without a reachable owner. Changed by people, never by keys."""

from typing import Any, ClassVar

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.access.idempotency import idempotent
from platform_core.access.rest import OrganizationAPIView
from platform_core.kits.api.pagination import cursor_page
from platform_core.kits.api.problems import register_problem
from platform_core.kits.api.schema import CURSOR_PARAMETERS, page_of
from platform_core.organizations.api.base import AccessView
from platform_core.organizations.models import OwnerRecovery
from platform_core.organizations.selectors.recovery import open_recovery, recoveries
from platform_core.organizations.serializers import RecoveryInputSerializer, RecoverySerializer
from platform_core.organizations.services import recovering
from platform_core.permissions import MEMBER_MANAGE, ORGANIZATION_VIEW

register_problem(recovering.RecoveryRefusedError, status=422, code="recovery_refused")
REASON = "The only owner left the company in October and does not answer."


class RecoveryView(AccessView, OrganizationAPIView):
    """What the steps have in common: the request that is open."""

    def opened(self) -> OwnerRecovery:
        """This will read it, or answer 404."""
        found = open_recovery(self.organization)
        if found is None:
            raise Http404
        return found


class Recoveries(RecoveryView):
    """Requests to be made owner because no owner can be reached."""

    permissions: ClassVar[dict[str, str]] = {"GET": ORGANIZATION_VIEW, "POST": ORGANIZATION_VIEW}
    fresh: ClassVar[frozenset[str]] = frozenset(["POST"])

    @extend_schema(operation_id="recoveries_list", parameters=CURSOR_PARAMETERS, responses=page_of(RecoverySerializer))
    def get(self, request: Request, slug: str) -> Response:
        """List requests, the newest first."""
        columns = list(RecoverySerializer().fields)
        page = cursor_page(request, recoveries(self.organization).order_by("-id").values(*columns))
        return Response({**page, "results": RecoverySerializer(page["results"], many=True).data})

    @extend_schema(
        operation_id="recovery_ask",
        request=RecoveryInputSerializer,
        responses={201: RecoverySerializer},
        examples=[OpenApiExample("Two admins", value={"ground": "admins", "reason": REASON}, request_only=True)],
    )
    @idempotent()
    def post(self, request: Request, slug: str) -> Response:
        """Ask to become owner. Refused while an owner was here within 30 days."""
        asked = RecoveryInputSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        made = recovering.ask(actor=self.person, organization=self.organization, **asked.validated_data)
        return Response(RecoverySerializer(made).data, status=201)


class AgreeToRecovery(RecoveryView):
    """The second admin's word."""

    permissions: ClassVar[dict[str, str]] = {"POST": MEMBER_MANAGE}
    fresh: ClassVar[frozenset[str]] = frozenset(["POST"])

    @extend_schema(operation_id="recovery_agree", request=None, responses=RecoverySerializer)
    @idempotent()
    def post(self, request: Request, slug: str) -> Response:
        """Agree to the open request: seven days begin."""
        found: Any = recovering.agree(actor=self.person, recovery=self.opened())
        return Response(RecoverySerializer(found).data)


class StopRecovery(RecoveryView):
    """One word stops it."""

    permissions: ClassVar[dict[str, str]] = {"POST": ORGANIZATION_VIEW}

    @extend_schema(operation_id="recovery_stop", request=None, responses=RecoverySerializer)
    @idempotent()
    def post(self, request: Request, slug: str) -> Response:
        """Stop the open request: any owner or admin, or whoever asked."""
        found: Any = recovering.stop(actor=self.person, recovery=self.opened())
        return Response(RecoverySerializer(found).data)
