"""Steering a run: pause, resume, cancel, retry."""

from django.db import transaction

from docuai.bulk import tasks
from docuai.bulk.models import BulkRun
from platform_core.accounts.models import User
from platform_core.jobs import services as jobs
from platform_core.kits.work.queue import enqueue


def pause(*, actor: User | None, run: BulkRun) -> None:
    """This will stop claiming rows; those being made are finished."""
    with transaction.atomic():
        jobs.steer(job=run.job, actor=actor, to="paused")


def resume(*, actor: User | None, run: BulkRun) -> None:
    """This will go on with a paused run."""
    with transaction.atomic():
        jobs.steer(job=run.job, actor=actor, to="queued")
        enqueue(tasks.render_rows, organization_id=str(run.organization_id), run_id=str(run.pk))


def cancel(*, actor: User | None, run: BulkRun) -> None:
    """This will end a run: finished documents stay, waiting rows are canceled."""
    with transaction.atomic():
        jobs.steer(job=run.job, actor=actor, to="canceled")
        run.rows.filter(state__in=["queued", "running"]).update(state="canceled", lease_token=None, lease_until=None)


def retry(*, actor: User | None, run: BulkRun) -> int:
    """This will put the failed rows back in the queue and return how many."""
    with transaction.atomic():
        again = run.rows.filter(state="failed").update(state="queued", attempts=0, error=None)
        if again:
            jobs.steer(job=run.job, actor=actor, to="queued")
            enqueue(tasks.render_rows, organization_id=str(run.organization_id), run_id=str(run.pk))
    return again
