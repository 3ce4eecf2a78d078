"""Starting, steering and ending jobs. The slice that owns the work calls these inside its own transaction."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from platform_core.audit.services import audit
from platform_core.events.services import emit
from platform_core.jobs.models import Job, JobLogLine
from platform_core.jobs.registry import CANCEL, PAUSE, RESUME, RETRY, kind_of
from platform_core.kits.work.claiming import claim
from platform_core.kits.work.keeping import kept

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import timedelta
    from uuid import UUID

    from platform_core.accounts.models import User
    from platform_core.organizations.models import Organization


NO_ROOM = "no_room"  # the reason of a job that the clock has paused, and will let go on
MOST_LOST_STEPS = 5
STATES = {PAUSE: "paused", RESUME: "queued", CANCEL: "canceled", RETRY: "queued"}
SAID = {
    PAUSE: "Paused by %(by)s",
    RESUME: "Resumed by %(by)s",
    CANCEL: "Canceled by %(by)s",
    RETRY: "Tried again by %(by)s",
}


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
        .update(state="running", started_at=Coalesce(F("started_at"), Now()))
    ):
        log(job=job, message="Started")


def steer(*, job: Job, actor: User | None, to: str) -> None:
    """This will pause, resume (``queued``) or cancel a job; raises JobStateError. Call inside a transaction."""
    if not Job.objects.for_organization(job.organization_id).move(job.pk, to):
        raise JobStateError(str(JobStateError.message))
    audit(action=f"job.{to}", target=job, actor=actor, changes={"state": [job.state, to]})


def take_step(*, job: Job, actor: User | None, step: str) -> None:
    """This will pause, resume, cancel or retry a job as its kind does it. Raises JobStateError, whatever the kind raises."""
    kind = kind_of(job)
    if step not in kind.steps or step not in steps_of(job):
        raise JobStateError(str(JobStateError.message))
    if kind.steer is not None:
        kind.steer(actor=actor, job=job, to=step)
        return
    with transaction.atomic():
        move(job=job, actor=actor, step=step)


def move(*, job: Job, actor: User | None, step: str) -> None:
    """This will do a step with the job alone and log it; raises JobStateError. Call inside a transaction."""
    steer(job=job, actor=actor, to=STATES[step])
    Job.objects.for_organization(job.organization_id).filter(id=job.pk).update(reason="", attempts=0)
    log(job=job, message=SAID[step], by=str(actor.pk) if actor else "")


def steps_of(job: Job) -> tuple[str, ...]:
    """This will name what can be done with a job in its state, the first one first in mind."""
    by_state = {
        "queued": (PAUSE, CANCEL),
        "running": (PAUSE, CANCEL),
        "paused": (RESUME, CANCEL),
        "parked": (RETRY, CANCEL),
        "partial": (RETRY,),
        "failed": (RETRY,),
    }
    allowed = kind_of(job).steps
    return tuple(step for step in by_state.get(job.state, ()) if step in allowed)


def park(*, job: Job, reason: str) -> bool:
    """This will stop a job that keeps failing until a person looks: visible, with the reason, never dropped."""
    with transaction.atomic():
        free = {"lease_token": None, "lease_until": None}
        if not Job.objects.for_organization(job.organization_id).move(job.pk, "parked", reason=reason, **free):
            return False
        log(job=job, message="Parked", level="bad")
        audit(action="job.parked", target=job, changes={"state": [job.state, "parked"]})
        payload = {"job_id": str(job.pk), "kind": job.kind}
        emit(type="job.parked", organization_id=job.organization_id, payload=payload, is_test=job.is_test)
    return True


def pause_for_room(*, job: Job) -> bool:
    """This will pause an open job while disks are nearly full; False where it is not open any more."""
    with transaction.atomic():
        if not Job.objects.for_organization(job.organization_id).move(job.pk, "paused", reason=NO_ROOM):
            return False
        log(job=job, message="Paused: no room", level="bad")
        audit(action="job.paused", target=job, changes={"state": [job.state, "paused"]})
        payload = {"job_id": str(job.pk), "kind": job.kind}
        emit(type="job.paused", organization_id=job.organization_id, payload=payload, is_test=job.is_test)
    return True


def resume_with_room(*, job: Job) -> bool:
    """This will let a job go on that was paused for room; one that a person has paused stays."""
    with transaction.atomic():
        ours = Job.objects.for_organization(job.organization_id).filter(state="paused", reason=NO_ROOM)
        if not ours.move(job.pk, "queued", reason=""):
            return False
        log(job=job, message="There is room again")
        audit(action="job.queued", target=job, changes={"state": ["paused", "queued"]})
    return True


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
            is_test=job.is_test,
        )
    return ended


@contextmanager
def step_of(
    *, organization_id: UUID, job_id: UUID, kinds: Collection[str], lease: timedelta
) -> Iterator[tuple[Job, UUID] | None]:
    """This will claim a job for one step, with its token, and keep the lease while the block lasts.

    None where it is not to be had: ended, paused, somebody else's, or parked here because its steps never came back. A
    step that gets on writes ``attempts=0``.
    """
    rows = Job.objects.for_organization(organization_id)
    taken = claim(rows.filter(id=job_id, kind__in=kinds), limit=1, lease=lease)
    job: Job | None = taken.rows[0] if taken.rows else None
    if job is not None and job.attempts > MOST_LOST_STEPS:
        park(
            job=job,
            reason=str(_("A step of this work ended five times without a result. Look at the log, then retry.")),
        )
        job = None
    if job is None:
        yield None
        return
    with kept(lambda: rows.renew(taken.token, lease=lease), lease):
        yield job, taken.token
