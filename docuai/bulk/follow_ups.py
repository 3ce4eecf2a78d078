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
from django.utils.translation import gettext as _

from docuai.bulk import mailing, merging, verifying
from docuai.bulk.steps import Step
from platform_core.jobs import services as jobs
from platform_core.jobs.models import Job
from platform_core.kits.work.claiming import claim
from platform_core.kits.work.keeping import kept

LEASE = timedelta(seconds=30)
WAIT = timedelta(seconds=3)
MAX_ATTEMPTS = 5
STEPS: dict[str, Callable[[Job], Step]] = {
    verifying.JOB_KIND: verifying.step,
    merging.JOB_KIND: merging.step,
    mailing.JOB_KIND: mailing.step,
}


def work(*, organization_id: UUID, job_id: UUID) -> bool:
    """This will do one step of a job; True when the next one can follow at once."""
    held = Job.objects.for_organization(organization_id)
    taken = claim(held.filter(id=job_id, kind__in=STEPS), limit=1, lease=LEASE)
    if not taken.rows:
        return False
    job: Job = taken.rows[0]
    if job.attempts > MAX_ATTEMPTS:
        jobs.park(
            job=job, reason=_("A step of this work ended five times without a result. Look at the log, then retry.")
        )
        return False
    with kept(lambda: held.renew(taken.token, lease=LEASE), LEASE):
        step = STEPS[job.kind](job)
    with transaction.atomic():
        ours = held.held(taken.token).filter(id=job.pk)
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
