"""Queue entries of the log."""

from uuid import UUID

from celery import shared_task

from platform_core.evidence import checking
from platform_core.kits.tenancy.tasks import OrganizationTask


@shared_task(base=OrganizationTask, queue="slow")
def verify_log(*, organization_id: str, job_id: str) -> None:
    """Verify the log of one organization for a job."""
    checking.check(organization_id=UUID(organization_id), job_id=UUID(job_id))
