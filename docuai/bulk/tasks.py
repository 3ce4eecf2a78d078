"""Queue entries of runs."""

from uuid import UUID

from celery import shared_task

from docuai.bulk import checking, follow_ups, importing, lanes, rendering
from platform_core.kits.tenancy.tasks import OrganizationTask
from platform_core.kits.work.queue import publish


@shared_task(base=OrganizationTask, queue="fast")
def render_rows(*, organization_id: str, run_id: str, lane: int = -1, token: str = "") -> None:
    """One batch, then back to the tail of the queue: other organizations' rows come in between.

    A message without a lane opens the free ones. One that lost its lane still does its batch, and is the last of its kind.
    """
    organization, run = UUID(organization_id), UUID(run_id)
    more = rendering.render_rows(organization_id=organization, run_id=run)
    if lane < 0:
        if more:
            open_lanes(organization_id=organization, run_id=run)
    elif not more:
        lanes.leave_lane(run, lane, token)
    elif lanes.keep_lane(run, lane, token):
        publish(render_rows, organization_id=organization_id, run_id=run_id, lane=lane, token=token)


def open_lanes(*, organization_id: UUID, run_id: UUID) -> int:
    """This will publish a message for each free lane of a run and return how many."""
    free = lanes.free_lanes(run_id)
    for lane, token in free:
        publish(render_rows, organization_id=str(organization_id), run_id=str(run_id), lane=lane, token=token)
    return len(free)


@shared_task(base=OrganizationTask, queue="slow")
def follow_up(*, organization_id: str, job_id: str) -> None:
    """One step of a job about a run: verify, merge, mail."""
    if follow_ups.work(organization_id=UUID(organization_id), job_id=UUID(job_id)):
        publish(follow_up, organization_id=organization_id, job_id=job_id)


@shared_task(base=OrganizationTask, queue="fast")
def import_rows(*, organization_id: str, run_id: str) -> None:
    """The table of a launched run becomes its rows; then the lanes open."""
    organization, run = UUID(organization_id), UUID(run_id)
    if importing.import_rows(organization_id=organization, run_id=run):
        open_lanes(organization_id=organization, run_id=run)


@shared_task(base=OrganizationTask, queue="fast")
def check_draft(*, organization_id: str, draft_id: str) -> None:
    """All rows of a draft's table are validated."""
    checking.run_check(organization_id=UUID(organization_id), draft_id=UUID(draft_id))
