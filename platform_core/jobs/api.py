"""REST: background work."""

from typing import Any, ClassVar

from django.db.models import F
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.access.doors import require
from platform_core.access.idempotency import idempotent
from platform_core.access.modes import of_mode, require_mode
from platform_core.access.rest import OrganizationAPIView
from platform_core.jobs import services
from platform_core.jobs.models import Job, JobQuerySet
from platform_core.jobs.registry import CANCEL, PAUSE, RESUME, RETRY, kind_of
from platform_core.jobs.serializers import JobFilterSerializer, JobSerializer
from platform_core.kits.api.pagination import cursor_page
from platform_core.kits.api.parameters import read_parameters
from platform_core.kits.api.problems import register_problem
from platform_core.kits.api.schema import CURSOR_PARAMETERS, page_of
from platform_core.permissions import JOB_MANAGE, JOB_VIEW

COLUMNS: tuple[str, ...] = tuple(name for name in JobSerializer._declared_fields if name != "test")
register_problem(services.JobStateError, status=409, code="job_state")


class Jobs(OrganizationAPIView):
    """The jobs of an organization."""

    permissions: ClassVar[dict[str, str]] = {"GET": JOB_VIEW}

    @extend_schema(
        operation_id="jobs_list", parameters=[JobFilterSerializer, *CURSOR_PARAMETERS], responses=page_of(JobSerializer)
    )
    def get(self, request: Request, slug: str) -> Response:
        """List jobs, the newest first."""
        narrowed = read_parameters(request, JobFilterSerializer)
        wanted = narrowed.pop("test", None)
        rows = of_mode(Job.objects.for_organization(self.organization_id).filter(**narrowed), self.principal, wanted)
        return Response(cursor_page(request, rows.values(*COLUMNS, test=F("is_test"))))


class JobView(OrganizationAPIView):
    """One job of the path; a live one is no test key's."""

    def enter(self, request: Request, credential: Any) -> None:
        super().enter(request, credential)
        if self.principal.is_test:
            rows = self.jobs().filter(pk=self.kwargs["job_id"])
            require_mode(self.principal, rows.values_list("is_test", flat=True).first())

    def jobs(self) -> JobQuerySet:
        """This will give the organization's jobs."""
        return Job.objects.for_organization(self.organization_id)

    def shown(self, job_id: Any) -> dict[str, Any]:
        """This will read a job as the API shows it, or raise Http404."""
        rows: Any = self.jobs().filter(pk=job_id).values(*COLUMNS, test=F("is_test"))
        row: dict[str, Any] | None = rows.first()
        if row is None:
            raise Http404
        return row


class JobDetail(JobView):
    """One job."""

    permissions: ClassVar[dict[str, str]] = {"GET": JOB_VIEW}

    @extend_schema(operation_id="jobs_show", responses=JobSerializer)
    def get(self, request: Request, slug: str, job_id: Any) -> Response:
        """Show one job: state and counts."""
        return Response(self.shown(job_id))


class JobStep(JobView):
    """One thing that can be done with a job; the slice that owns the work does it."""

    takes_test_keys = True
    permissions: ClassVar[dict[str, str]] = {"POST": JOB_MANAGE}
    step: ClassVar[str]

    def take(self, job_id: Any) -> Response:
        """This will take the step and answer the job as it is now; 409 where its state or its kind does not allow it."""
        job = get_object_or_404(self.jobs(), pk=job_id)
        require(self.principal, kind_of(job).manage or JOB_MANAGE, job)
        services.take_step(job=job, actor=self.actor, step=self.step)
        return Response(self.shown(job_id))


class PauseJob(JobStep):
    step = PAUSE

    @extend_schema(operation_id="jobs_pause", request=None, responses=JobSerializer)
    @idempotent(with_work=False)
    def post(self, request: Request, slug: str, job_id: Any) -> Response:
        """Pause a job. What is being worked on is finished, nothing new is begun."""
        return self.take(job_id)


class ResumeJob(JobStep):
    step = RESUME

    @extend_schema(operation_id="jobs_resume", request=None, responses=JobSerializer)
    @idempotent(with_work=False)
    def post(self, request: Request, slug: str, job_id: Any) -> Response:
        """Let a paused job go on."""
        return self.take(job_id)


class CancelJob(JobStep):
    step = CANCEL

    @extend_schema(operation_id="jobs_cancel", request=None, responses=JobSerializer)
    @idempotent(with_work=False)
    def post(self, request: Request, slug: str, job_id: Any) -> Response:
        """Cancel a job for good. What is done stays."""
        return self.take(job_id)


class RetryJob(JobStep):
    step = RETRY

    @extend_schema(operation_id="jobs_retry", request=None, responses=JobSerializer)
    @idempotent(with_work=False)
    def post(self, request: Request, slug: str, job_id: Any) -> Response:
        """Try again what failed or needs attention."""
        return self.take(job_id)
