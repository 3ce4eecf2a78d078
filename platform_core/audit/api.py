"""REST: the audit log, reading only."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.access.rest import OrganizationAPIView
from platform_core.audit.selectors import audit_rows
from platform_core.audit.serializers import AuditEventSerializer, AuditFilterSerializer
from platform_core.audit.services import audit_view
from platform_core.kits.api.pagination import cursor_page
from platform_core.kits.api.parameters import read_parameters
from platform_core.kits.api.schema import CURSOR_PARAMETERS, page_of
from platform_core.permissions import AUDIT_READ


class AuditLog(OrganizationAPIView):
    """What was done in the organization, and what was refused."""

    permissions: ClassVar[dict[str, str]] = {"GET": AUDIT_READ}

    @extend_schema(
        operation_id="audit_list",
        parameters=[AuditFilterSerializer, *CURSOR_PARAMETERS],
        responses=page_of(AuditEventSerializer),
    )
    def get(self, request: Request, slug: str) -> Response:
        """List audit events, the newest first."""
        narrowed = read_parameters(request, AuditFilterSerializer)
        page = cursor_page(request, audit_rows(self.organization_id, **narrowed))
        seen = {row[name] for row in page["results"] for name in ("actor_id", "as_person_id")}
        audit_view(
            action="audit.view",
            organization_id=self.organization_id,
            actor=self.actor,
            count=len(seen - {None}),
            throttled=True,
            part=f"api?{request.query_params.urlencode()}",
        )
        return Response(page)
