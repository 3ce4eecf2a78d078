"""Work on a run that people ask for afterwards: verify it, merge it, mail it. Each is a Job, done in steps of a second.

A step claims its job, does a part, writes down how far it came, and lets go: the next worker goes on from there, also
after a kill. A job whose step never comes back is parked.
"""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from docuai.bulk import mailing, merging, verifying
from docuai.bulk.steps import Step
from platform_core.jobs import services as jobs
from platform_core.jobs.models import Job

LEASE = timedelta(seconds=30)
WAIT = timedelta(seconds=3)
STEPS: dict[str, Callable[[Job], Step]] = {
    verifying.JOB_KIND: verifying.step,
    merging.JOB_KIND: merging.step,
    mailing.JOB_KIND: mailing.step,
}


def work(*, organization_id: UUID, job_id: UUID) -> bool:
    """This will do one step of a job; True when the next one can follow at once."""
    with jobs.step_of(organization_id=organization_id, job_id=job_id, kinds=STEPS, lease=LEASE) as taken:
        if taken is None:
            return False
        job, token = taken
        step = STEPS[job.kind](job)
    with transaction.atomic():
        ours = Job.objects.for_organization(organization_id).held(token).filter(id=job.pk)
        ours.update(
            parameters=job.parameters,
            result=job.result,
            attempts=0,
            lease_until=Now() + (WAIT if step.wait else -WAIT),
            started_at=Coalesce(F("started_at"), Now()),
        )
        if step.ended and ours.exists():
            jobs.finish(job=job, done=step.done, failed=step.failed)
        elif not step.ended:
            ours.update(done=step.done, failed=step.failed)
    return not step.ended and not step.wait
