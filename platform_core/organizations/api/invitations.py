"""REST: the open invitations, and inviting a list with a result for each item."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.access.idempotency import idempotent
from platform_core.accounts.selectors import plain_address
from platform_core.audit.services import audit_view
from platform_core.kits.api.pagination import cursor_page
from platform_core.kits.api.problems import register_problem
from platform_core.kits.api.schema import CURSOR_PARAMETERS, page_of
from platform_core.organizations.address_lists import Entry
from platform_core.organizations.api.base import AccessView
from platform_core.organizations.judging import Verdict
from platform_core.organizations.models import Invitation
from platform_core.organizations.serializers import (
    InvitationSerializer,
    InviteListSerializer,
    InviteResultSerializer,
)
from platform_core.organizations.services import inviting_many
from platform_core.organizations.services.inviting import TooManyInvitationsError
from platform_core.permissions import MEMBER_MANAGE

register_problem(TooManyInvitationsError, status=429, code="too_many_invitations")

SAMPLE = {"invitations": [{"email": "ana@example.com"}, {"email": "bruno@example.com", "role": "editor"}]}


class Invitations(AccessView):
    """Invitations neither used nor withdrawn."""

    permissions: ClassVar[dict[str, str]] = {"GET": MEMBER_MANAGE, "POST": MEMBER_MANAGE}

    @extend_schema(
        operation_id="invitations_list", parameters=CURSOR_PARAMETERS, responses=page_of(InvitationSerializer)
    )
    def get(self, request: Request, slug: str) -> Response:
        """List open invitations, the newest first; those that ran out too."""
        rows = Invitation.objects.for_organization(self.organization_id).filter(accepted_at=None, revoked_at=None)
        page = cursor_page(request, rows.values("id", "email", "role", "custom_role_id", "created_at", "expires_at"))
        for row in page["results"]:
            custom = row.pop("custom_role_id")
            row["role"] = str(custom) if custom else row["role"]
        audit_view(
            action="members.view",
            organization_id=self.organization_id,
            actor=self.actor,
            count=len(page["results"]),
            throttled=True,
            part=f"invitations?{request.query_params.urlencode()}",
        )
        return Response(page)

    @extend_schema(
        operation_id="invitations_create",
        request=InviteListSerializer,
        responses={200: InviteResultSerializer, 202: InviteResultSerializer},
        examples=[OpenApiExample("Two people", value=SAMPLE, request_only=True)],
    )
    @idempotent()
    def post(self, request: Request, slug: str) -> Response:
        """Invite people; `results` says of each item what became of it, in the order of the items.

        More than 500 items are judged at once and sent by a job (202): `results` says what will be sent, and `job` where
        to ask for it. With `preview` nothing is sent. Whoever cannot be invited holds up nobody.
        """
        asked = InviteListSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        entries = [
            Entry(n, plain_address(item["email"]), item["role"], item["team"])
            for n, item in enumerate(given["invitations"], 1)
        ]
        told = {
            "actor": self.person,
            "organization": self.organization,
            "entries": entries,
            "role": given["role"],
            "team": given["team"],
        }
        if len(entries) > inviting_many.MOST_AT_ONCE and not given["preview"]:
            verdicts, job = inviting_many.invite_by_job(**told)
            return Response({"sent": 0, "job": job.pk, "results": [_result(one) for one in verdicts]}, status=202)
        do = inviting_many.preview if given["preview"] else inviting_many.invite_many
        verdicts = do(**told)
        sent = 0 if given["preview"] else sum(verdict.sent for verdict in verdicts)
        return Response({"sent": sent, "job": None, "results": [_result(verdict) for verdict in verdicts]})


def _result(verdict: Verdict) -> dict[str, Any]:
    return {
        "item": verdict.entry.line,
        "email": verdict.entry.email,
        "result": verdict.fate.value,
        "reason": verdict.reason or (None if verdict.sent else str(verdict.fate.label)),
    }
