"""REST: the log verified, and taken along."""

from typing import Any, ClassVar

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.access.idempotency import idempotent
from platform_core.access.rest import OrganizationAPIView
from platform_core.evidence import selectors
from platform_core.evidence.exporting import json_lines
from platform_core.evidence.sentences import actions_that_say
from platform_core.evidence.serializers import VerificationSerializer
from platform_core.evidence.services import note_export, verify_log
from platform_core.evidence.wording import fault_text
from platform_core.jobs.models import Job
from platform_core.kits.web.ranges import disposition
from platform_core.permissions import AUDIT_READ

FILTERS = [
    OpenApiParameter("q", str, description="Words of the object, the person or the action; or an id."),
    OpenApiParameter("action", str, description="Exactly this action."),
    OpenApiParameter("outcome", str, description="`done`, `denied` or `failed`."),
    OpenApiParameter("since", str, description="From this day on, `2026-11-01`."),
    OpenApiParameter("until", str, description="To this day, the whole of it."),
    OpenApiParameter("ip", str, description="Exactly this address."),
    OpenApiParameter("days", int, description="The last 1, 7, 30, 90 or 365 days."),
]


class VerifyAudit(OrganizationAPIView):
    """The log checked against its chain and its signed heads."""

    permissions: ClassVar[dict[str, str]] = {"POST": AUDIT_READ}

    @extend_schema(
        operation_id="audit_verify",
        request=None,
        responses={200: VerificationSerializer, 202: VerificationSerializer},
    )
    @idempotent(with_work=False)
    def post(self, request: Request, slug: str) -> Response:
        """Verify the audit log. A long one is verified by a job (202): ask for `/jobs/{job_id}/` until it has ended."""
        job = verify_log(actor=self.actor, organization=self.organization, key_id=self.key_id)
        return Response(_answer(job), status=200 if job.ended else 202)


class ExportAudit(OrganizationAPIView):
    """The log as a file."""

    permissions: ClassVar[dict[str, str]] = {"GET": AUDIT_READ}

    @extend_schema(
        operation_id="audit_export", parameters=FILTERS, responses={(200, "application/jsonl"): OpenApiTypes.STR}
    )
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        """Download the audit log as JSON Lines, the oldest record first, each with its seal. The download is audited."""
        wanted = selectors.filters_of(request.query_params.dict(), said=actions_that_say)
        rows = selectors.events(self.organization, wanted, now=timezone.now())
        if request.method == "GET":
            note_export(actor=self.actor, organization=self.organization, count=rows.order_by().count())
        headers = {"Content-Disposition": disposition(f"audit-{slug}.jsonl")}
        return StreamingHttpResponse(json_lines(rows), content_type="application/jsonl; charset=utf-8", headers=headers)


def _answer(job: Job) -> dict[str, Any]:
    report = None
    if job.ended:
        faults = [{**fault, "text": fault_text(fault)} for fault in job.result["faults"]]
        report = {**job.result, "faults": faults}
    return {"job_id": job.pk, "state": job.state, "report": report}
