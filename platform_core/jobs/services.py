"""Starting, steering and ending jobs. The slice that owns the work calls these inside its own transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from platform_core.audit.services import audit
from platform_core.events.services import emit
from platform_core.jobs.models import Job, JobLogLine

if TYPE_CHECKING:
    from platform_core.accounts.models import User
    from platform_core.organizations.models import Organization


class JobStateError(Exception):
    """The job's state does not allow what was asked."""

    message = _("This is not possible in the job's present state. Reload the page to see it.")


def start_job(
    *, actor: User | None, organization: Organization, kind: str, title: str, total: int, **fields: Any
) -> Job:
    """This will make a queued job; the caller audits, and enqueues after commit."""
    return Job.objects.create(
        organization=organization, started_by=actor, kind=kind, title=title[:200], total=total, **fields
    )


def log(*, job: Job, message: str, level: str = "info", **parameters: Any) -> None:
    """This will add a line to the job's log; ``message`` is an English message id, parameters hold no names."""
    JobLogLine.objects.create(
        organization_id=job.organization_id, job=job, message=message, level=level, parameters=parameters
    )


def begin(*, job: Job) -> None:
    """This will mark a queued job running; one that runs already stays as it is."""
    if (
        Job.objects.for_organization(job.organization_id)
        .filter(id=job.pk, state="queued")
        .update(state="running", started_at=Now())
    ):
        log(job=job, message="Started")


def steer(*, job: Job, actor: User | None, to: str) -> None:
    """This will pause, resume (``queued``) or cancel a job; raises JobStateError. Call inside a transaction."""
    if not Job.objects.for_organization(job.organization_id).move(job.pk, to):
        raise JobStateError(str(JobStateError.message))
    audit(action=f"job.{to}", target=job, actor=actor, changes={"state": [job.state, to]})


def finish(*, job: Job, done: int, failed: int) -> bool:
    """This will end a job whose rows are all closed; False when somebody else has. Call with the job locked."""
    state = "done" if not failed else "partial" if done else "failed"
    ended = Job.objects.for_organization(job.organization_id).move(
        job.pk, state, done=done, failed=failed, finished_at=Now()
    )
    if ended:
        log(job=job, message="Finished: %(done)s done, %(failed)s failed", done=done, failed=failed)
        emit(
            type=f"{job.kind}.finished",
            organization_id=job.organization_id,
            payload={"job_id": str(job.pk), "state": state, "done": done, "failed": failed},
        )
    return ended
