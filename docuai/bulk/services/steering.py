"""Steering a run: pause, resume, cancel, retry."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext_noop

from docuai.bulk import tasks
from docuai.bulk.models import BulkRun, RunRow
from platform_core.accounts.models import User
from platform_core.audit.services import audit
from platform_core.jobs import services as jobs
from platform_core.jobs.models import Job
from platform_core.kits.work.queue import enqueue


def pause(*, actor: User | None, run: BulkRun) -> None:
    """This will stop claiming rows; those being made are finished."""
    with transaction.atomic():
        jobs.steer(job=run.job, actor=actor, to="paused")
        _log(run, actor, gettext_noop("Paused"), gettext_noop("Paused by %(by)s"))


def resume(*, actor: User | None, run: BulkRun) -> None:
    """This will go on with a paused run."""
    with transaction.atomic():
        jobs.steer(job=run.job, actor=actor, to="queued")
        Job.objects.for_organization(run.organization_id).filter(id=run.job_id).update(reason="")
        _log(run, actor, gettext_noop("Resumed"), gettext_noop("Resumed by %(by)s"))
        enqueue(tasks.render_rows, organization_id=str(run.organization_id), run_id=str(run.pk))


def cancel(*, actor: User | None, run: BulkRun) -> None:
    """This will end a run: finished documents stay, waiting rows are canceled. Locks the job, then the rows."""
    with transaction.atomic():
        jobs.steer(job=run.job, actor=actor, to="canceled")
        _log(run, actor, gettext_noop("Canceled"), gettext_noop("Canceled by %(by)s"))
        cancel_rows(run)


def cancel_rows(run: BulkRun) -> None:
    """This will cancel the rows that wait or are being made, from whoever holds them; the job is locked already."""
    rows = RunRow.objects.for_organization(run.organization_id).filter(run=run, state__in=Job.OPEN)
    rows.lock()
    rows.update(state="canceled", lease_token=None, lease_until=None)


def retry(*, actor: User | None, run: BulkRun, numbers: Collection[int] | None = None) -> int:
    """This will put the failed rows back in the queue, or those of them with these ``numbers``, and return how many.

    A paused run stays paused: its rows wait until it is resumed. Locks the job, then the rows.
    """
    failed = RunRow.objects.for_organization(run.organization_id).filter(run=run, state="failed")
    if numbers is not None:
        failed = failed.filter(number__in=numbers)
    with transaction.atomic():
        job = Job.objects.for_organization(run.organization_id).select_for_update().get(id=run.job_id)
        failed.lock()
        again = failed.update(state="queued", attempts=0, error=None)
        if again:
            audit(action="docuai.run.retry", target=run, actor=actor, changes={"rows": [0, again]})
            jobs.log(job=run.job, message=gettext_noop("%(rows)s failed rows are tried again"), rows=again)
        if again and job.state != Job.State.PAUSED:
            jobs.steer(job=run.job, actor=actor, to="queued")
            enqueue(tasks.render_rows, organization_id=str(run.organization_id), run_id=str(run.pk))
    return again


def _log(run: BulkRun, actor: User | None, plain: str, by: str) -> None:
    """The log says who, by id: the name is looked up when it is read."""
    if actor is None:
        jobs.log(job=run.job, message=plain)
    else:
        jobs.log(job=run.job, message=by, by=str(actor.pk))
