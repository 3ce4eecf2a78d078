"""Queue entries of organizations."""

from uuid import UUID

from celery import shared_task

from platform_core.kits.tenancy.tasks import OrganizationTask
from platform_core.organizations import listing


@shared_task(base=OrganizationTask, queue="slow")
def invite_list(*, organization_id: str, job_id: str) -> None:
    """Invite the people of a long list for a job."""
    listing.work(organization_id=UUID(organization_id), job_id=UUID(job_id))
