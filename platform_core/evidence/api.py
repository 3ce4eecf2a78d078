"""REST: the log verified, and taken along."""

from typing import Any, ClassVar

from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.access.idempotency import idempotent
from platform_core.access.rest import OrganizationAPIView
from platform_core.evidence import selectors, touching
from platform_core.evidence.bundling import bundle, head_of
from platform_core.evidence.exporting import json_lines
from platform_core.evidence.sentences import actions_that_say
from platform_core.evidence.serializers import (
    RevokedSerializer,
    TouchedFilterSerializer,
    TouchedSerializer,
    VerificationSerializer,
)
from platform_core.evidence.services import note_evidence, note_export, note_touched, revoke_everything, verify_log
from platform_core.evidence.wording import fault_text
from platform_core.jobs.models import Job
from platform_core.kits.api.parameters import read_parameters
from platform_core.kits.web.ranges import disposition
from platform_core.permissions import AUDIT_READ, KEY_MANAGE

ZIP: Any = {(200, "application/zip"): OpenApiTypes.BINARY}
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
            note_export(actor=self.actor, organization=self.organization, rows=rows)
        headers = {"Content-Disposition": disposition(f"audit-{slug}.jsonl")}
        return StreamingHttpResponse(json_lines(rows), content_type="application/jsonl; charset=utf-8", headers=headers)


class _Touched(OrganizationAPIView):
    """A key or a member, and a window."""

    def asked(self, request: Request) -> tuple[touching.Subject, touching.Window]:
        """This will read both; Http404 for who is none of the organization."""
        wanted = read_parameters(request, TouchedFilterSerializer) if request.method in ("GET", "HEAD") else {}
        ids = {name: value for name, value in self.kwargs.items() if name != "slug"}
        subject = touching.subject_of(self.organization_id, **ids)
        if subject is None:
            raise Http404
        parameters = {name: str(value) for name, value in wanted.items()}
        return subject, touching.window_of(parameters, now=timezone.now())

    def found(self, subject: touching.Subject, window: touching.Window) -> dict[str, int]:
        """This will count the events and calls of the window."""
        events = touching.events_of(self.organization_id, subject, window).order_by().count()
        return {"events": events, "calls": touching.calls_of(self.organization_id, subject, window).order_by().count()}

    def summary(self, request: Request) -> Response:
        """This will say how much was touched."""
        subject, window = self.asked(request)
        note_touched(actor=self.actor, subject=subject, part=request.query_params.urlencode())
        living = touching.living_keys(self.organization_id, subject).count()
        facts = {"kind": subject.kind, "name": subject.name, "since": window.since, "until": window.until}
        return Response({**facts, **self.found(subject, window), "living_keys": living})

    def zip(self, request: Request, slug: str) -> HttpResponseBase:
        """This will stream the evidence; taking it is audited first."""
        subject, window = self.asked(request)
        if request.method == "GET":
            note_evidence(actor=self.actor, subject=subject, **self.found(subject, window))
        now, by = timezone.now(), self.actor.email if self.actor else f"key:{self.key_id}"
        head = head_of(subject, window, slug=slug, by=by, now=now)
        headers = {"Content-Disposition": disposition(f"evidence-{slug}-{subject.kind}-{now:%Y-%m-%d}.zip")}
        chunks = bundle(self.organization_id, subject, window, head=head)
        return StreamingHttpResponse(chunks, content_type="application/zip", headers=headers)

    def revoke(self, request: Request) -> Response:
        """This will revoke everything of the subject."""
        subject, _window = self.asked(request)
        session = getattr(request._request, "session", None)
        mine = (session.session_key or "") if session else ""
        done = revoke_everything(
            actor=self.actor, organization=self.organization, subject=subject, key_id=self.key_id, session=mine
        )
        return Response(done)


class TouchedByKey(_Touched):
    """What a key touched."""

    permissions: ClassVar[dict[str, str]] = {"GET": AUDIT_READ}

    @extend_schema(operation_id="evidence_key", parameters=[TouchedFilterSerializer], responses=TouchedSerializer)
    def get(self, request: Request, slug: str, key_id: Any) -> Response:
        """Count what a key, and the keys that it made, touched in a window."""
        return self.summary(request)


class TouchedByMember(_Touched):
    """What a member touched."""

    permissions: ClassVar[dict[str, str]] = {"GET": AUDIT_READ}

    @extend_schema(operation_id="evidence_member", parameters=[TouchedFilterSerializer], responses=TouchedSerializer)
    def get(self, request: Request, slug: str, member_id: Any) -> Response:
        """Count what a member, and the keys that they made, touched in a window."""
        return self.summary(request)


class KeyEvidence(_Touched):
    """The evidence on a key."""

    permissions: ClassVar[dict[str, str]] = {"GET": AUDIT_READ}
    route_class = "heavy"

    @extend_schema(operation_id="evidence_key_zip", parameters=[TouchedFilterSerializer], responses=ZIP)
    def get(self, request: Request, slug: str, key_id: Any) -> HttpResponseBase:
        """Download what a key touched as a ZIP: audit events with seals, links of the chain, calls, a manifest with hashes. The download is audited."""
        return self.zip(request, slug)


class MemberEvidence(_Touched):
    """The evidence on a member."""

    permissions: ClassVar[dict[str, str]] = {"GET": AUDIT_READ}
    route_class = "heavy"

    @extend_schema(operation_id="evidence_member_zip", parameters=[TouchedFilterSerializer], responses=ZIP)
    def get(self, request: Request, slug: str, member_id: Any) -> HttpResponseBase:
        """Download what a member touched as a ZIP. The download is audited."""
        return self.zip(request, slug)


class RevokeAllOfKey(_Touched):
    """The end of a key and of all it made."""

    permissions: ClassVar[dict[str, str]] = {"POST": KEY_MANAGE}
    fresh = frozenset(["POST"])

    @extend_schema(operation_id="evidence_key_revoke", request=None, responses=RevokedSerializer)
    def post(self, request: Request, slug: str, key_id: Any) -> Response:
        """Revoke everything of a key: itself, and the keys that it made."""
        return self.revoke(request)


class RevokeAllOfMember(_Touched):
    """The end of all that a member could come back with."""

    permissions: ClassVar[dict[str, str]] = {"POST": KEY_MANAGE}
    fresh = frozenset(["POST"])

    @extend_schema(operation_id="evidence_member_revoke", request=None, responses=RevokedSerializer)
    def post(self, request: Request, slug: str, member_id: Any) -> Response:
        """Revoke everything of a member: sessions, trusted devices, keys that they made, shares by name. For people alone: a key is refused."""
        return self.revoke(request)


def _answer(job: Job) -> dict[str, Any]:
    report = None
    if job.ended:
        faults = [{**fault, "text": fault_text(fault)} for fault in job.result["faults"]]
        report = {**job.result, "faults": faults}
    return {"job_id": job.pk, "state": job.state, "report": report}
