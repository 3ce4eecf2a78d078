"""REST: what is made of a run: the archive, failed rows and their way back, one merged PDF, mails, the verification."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from docuai.bulk import bundling, failed_rows, mailing, selectors, services
from docuai.bulk.api.base import RunView
from docuai.bulk.api.rows import RANGE
from docuai.bulk.faults import Fault
from docuai.bulk.models import BulkRun, RunRow
from docuai.bulk.serializers import (
    AskedSerializer,
    CorrectedFileSerializer,
    CorrectionsSerializer,
    MailingSerializer,
)
from docuai.bulk.services.taking import note_taken
from docuai.bulk.tables.errors import TableError
from docuai.permissions import RUN_MANAGE, RUN_VIEW
from platform_core.access.idempotency import idempotent
from platform_core.files.models import StoredFile
from platform_core.files.selectors import stream
from platform_core.jobs.models import Job
from platform_core.kits.api.problems import ProblemError
from platform_core.kits.web.ranges import disposition, ranged

NAMED_FAULTS = 100
ASKED: Any = {202: AskedSerializer}


class RunZip(RunView):
    """The archive of a run."""

    permissions: ClassVar[dict[str, str]] = {"GET": RUN_VIEW}

    @extend_schema(
        operation_id="runs_archive", parameters=[RANGE], responses={(200, "application/zip"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, slug: str, run_id: UUID) -> HttpResponseBase:
        """Download all valid documents as one ZIP with `manifest.csv`. Its length is known at once; ranges are answered."""
        run = _kept(self.run())
        note_taken(
            action="docuai.run.archive",
            run=run,
            actor=self.actor,
            method=request.method,
            headers=request.headers,
            count=bundling.documents_of(run).count,
        )
        packed = bundling.archive_of(run)
        return ranged(
            request._request,
            length=packed.length,
            read=packed.read,
            content_type="application/zip",
            file_name=f"run-{run.number}-{run.template.slug}.zip",
            etag=packed.etag,
        )


class FailedRows(RunView):
    """The failed rows of a run on their way out and back."""

    permissions: ClassVar[dict[str, str]] = {"GET": RUN_VIEW, "POST": RUN_MANAGE}

    @extend_schema(operation_id="runs_failed_rows", responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, slug: str, run_id: UUID) -> HttpResponseBase:
        """Download the failed rows as CSV, each with its number and the reasons."""
        run = self.run()
        note_taken(
            action="docuai.run.failed_rows",
            run=run,
            actor=self.actor,
            method=request.method,
            headers=request.headers,
            count=run.job.failed,
        )
        headers = {"Content-Disposition": disposition(f"run-{run.number}-failed.csv")}
        return StreamingHttpResponse(
            failed_rows.failed_csv(run), content_type="text/csv; charset=utf-8", headers=headers
        )

    @extend_schema(
        operation_id="runs_correct_rows",
        request={"multipart/form-data": CorrectedFileSerializer},
        responses=CorrectionsSerializer,
    )
    @idempotent()
    def post(self, request: Request, slug: str, run_id: UUID) -> Response:
        """Send the CSV of failed rows back, corrected. The same run goes on with the rows that fit now."""
        asked = CorrectedFileSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        file, run = asked.validated_data["file"], self.run()
        known = RunRow.objects.for_organization(self.organization_id).filter(run=run, state__in=["failed", "done"])
        current = dict(known.values_list("number", "data"))
        try:
            rows, faults = failed_rows.read_corrected(run, file.read(), file.name or "", current)
        except TableError as error:
            raise ProblemError(422, error.code, str(error), pointer="/file") from error
        bad = {fault.number for fault in faults}
        good = {number: data for number, data in rows.items() if number not in bad}
        done = services.correct_rows(actor=self.actor, run=run, rows=good)
        left = [_fault(fault) for fault in [*faults, *done.faults][:NAMED_FAULTS]]
        return Response({"changed": done.changed, "unchanged": done.unchanged, "faults": left})


class Merge(RunView):
    """One PDF of all documents."""

    permissions: ClassVar[dict[str, str]] = {"GET": RUN_VIEW, "POST": RUN_MANAGE}

    @extend_schema(
        operation_id="runs_merged", parameters=[RANGE], responses={(200, "application/pdf"): OpenApiTypes.BINARY}
    )
    def get(self, request: Request, slug: str, run_id: UUID) -> HttpResponseBase:
        """Download the merged PDF that was made last; 404 before there is one."""
        run = _kept(self.run())
        job = selectors.follow_ups(run).merge
        if job is None or job.state != "done":
            raise Http404
        kept = StoredFile.objects.for_organization(self.organization_id).filter(deleted_at=None)
        file = get_object_or_404(kept, id=job.result["file_id"])
        note_taken(
            action="docuai.run.merged",
            run=run,
            actor=self.actor,
            method=request.method,
            headers=request.headers,
            count=job.done,
        )
        return ranged(
            request._request,
            length=file.size_bytes,
            read=lambda offset, size: stream(key=file.storage_key, offset=offset, size=size),
            content_type=file.content_type,
            file_name=file.name,
            etag=file.sha256,
        )

    @extend_schema(operation_id="runs_merge", request=None, responses=ASKED)
    @idempotent()
    def post(self, request: Request, slug: str, run_id: UUID) -> Response:
        """Make one PDF of all documents, in the order of the rows."""
        return _asked(services.merge(actor=self.actor, run=self.run()))


class Mail(RunView):
    """Mailing each person their document."""

    permissions: ClassVar[dict[str, str]] = {"POST": RUN_MANAGE}

    @extend_schema(
        operation_id="runs_mail",
        request=MailingSerializer,
        responses=ASKED,
        examples=[
            OpenApiExample(
                "Words",
                value={"subject": "Your certificate", "text": "Dear {name}, your certificate is attached."},
                request_only=True,
            )
        ],
    )
    @idempotent()
    def post(self, request: Request, slug: str, run_id: UUID) -> Response:
        """Mail their document to everybody who has an address and has not got this version yet."""
        asked = MailingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        run = self.run()
        subject, text = mailing.default_text(run)
        words = {"subject": subject, "text": text, **asked.validated_data}
        return _asked(services.mail_documents(actor=self.actor, run=run, **words))


class Verify(RunView):
    """Verifying a run."""

    permissions: ClassVar[dict[str, str]] = {"POST": RUN_MANAGE}

    @extend_schema(operation_id="runs_verify", request=None, responses=ASKED)
    @idempotent()
    def post(self, request: Request, slug: str, run_id: UUID) -> Response:
        """Check every stored document against its hash, and make it again to compare."""
        return _asked(services.verify(actor=self.actor, run=self.run()))


def _asked(job: Job) -> Response:
    return Response({"job": job.pk, "kind": job.kind, "state": job.state, "total": job.total}, status=202)


def _kept(run: BulkRun) -> BulkRun:
    if run.purged_at:
        raise Http404
    return run


def _fault(fault: Fault) -> dict[str, Any]:
    return {"row": fault.number, "pointer": fault.field, "code": fault.code, "message": fault.message}
