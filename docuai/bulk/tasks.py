"""Queue entries of runs."""

from uuid import UUID

from celery import shared_task

from docuai.bulk import rendering
from platform_core.kits.tenancy.tasks import OrganizationTask
from platform_core.kits.work.queue import publish


@shared_task(base=OrganizationTask, queue="fast")
def render_rows(*, organization_id: str, run_id: str) -> None:
    """One batch, then back to the tail of the queue: other organizations' rows come in between."""
    if rendering.render_rows(organization_id=UUID(organization_id), run_id=UUID(run_id)):
        publish(render_rows, organization_id=organization_id, run_id=run_id)
