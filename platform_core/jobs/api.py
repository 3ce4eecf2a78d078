"""REST: background work."""

from typing import Any, ClassVar

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.access.rest import OrganizationAPIView
from platform_core.jobs.models import Job
from platform_core.jobs.serializers import JobFilterSerializer, JobSerializer
from platform_core.kits.api.pagination import cursor_page
from platform_core.kits.api.parameters import read_parameters
from platform_core.kits.api.schema import CURSOR_PARAMETERS, page_of
from platform_core.permissions import JOB_VIEW

COLUMNS = tuple(JobSerializer().fields)


class Jobs(OrganizationAPIView):
    """The jobs of an organization."""

    permissions: ClassVar[dict[str, str]] = {"GET": JOB_VIEW}

    @extend_schema(
        operation_id="jobs_list", parameters=[JobFilterSerializer, *CURSOR_PARAMETERS], responses=page_of(JobSerializer)
    )
    def get(self, request: Request, slug: str) -> Response:
        """List jobs, the newest first."""
        narrowed = read_parameters(request, JobFilterSerializer)
        rows = Job.objects.for_organization(self.organization_id).filter(**narrowed)
        return Response(cursor_page(request, rows.values(*COLUMNS)))


class JobDetail(OrganizationAPIView):
    """One job."""

    permissions: ClassVar[dict[str, str]] = {"GET": JOB_VIEW}

    @extend_schema(operation_id="jobs_show", responses=JobSerializer)
    def get(self, request: Request, slug: str, job_id: Any) -> Response:
        """Show one job: state and counts."""
        row = Job.objects.for_organization(self.organization_id).filter(pk=job_id).values(*COLUMNS).first()
        if row is None:
            raise Http404
        return Response(row)
