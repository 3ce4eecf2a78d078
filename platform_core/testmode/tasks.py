"""Queue entries of test data."""

from uuid import UUID

from celery import shared_task

from platform_core.kits.tenancy.tasks import OrganizationTask
from platform_core.kits.work.queue import publish
from platform_core.testmode import wiping


@shared_task(base=OrganizationTask, queue="slow")
def wipe_test_data(*, organization_id: str, job_id: str) -> None:
    """One step of deleting an organization's test data, then back to the tail of the queue."""
    if wiping.work(organization_id=UUID(organization_id), job_id=UUID(job_id)):
        publish(wipe_test_data, organization_id=organization_id, job_id=job_id)
