"""One verification as work: read the log, keep what was found with the job, write down that somebody looked."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from platform_core.audit.services import audit
from platform_core.evidence.selectors import JOB_KIND
from platform_core.evidence.verifying import Report, verify
from platform_core.jobs import services as jobs
from platform_core.jobs.models import Job

LEASE = timedelta(minutes=15)


def check(*, organization_id: UUID, job_id: UUID) -> Report | None:
    """This will verify the log for a job, in the organization's scope; None where the job has ended meanwhile."""
    job = Job.objects.for_organization(organization_id).select_related("started_by").get(pk=job_id)
    if job.ended:
        return None
    jobs.begin(job=job)
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() + LEASE)
    report = verify(organization_id)
    with transaction.atomic():
        job = Job.objects.for_organization(organization_id).select_for_update(of=("self",)).get(pk=job_id)
        facts = {"result": report.as_json(), "total": report.checked, "lease_until": None}
        Job.objects.filter(pk=job.pk).update(**facts)
        if not jobs.finish(job=job, done=report.checked, failed=len(report.faults)):
            return None
        changes = {"records": [None, report.checked], "faults": [None, len(report.faults)]}
        audit(action="audit.verify", target=job, actor=job.started_by, key_id=job.key_id, changes=changes)
    return report


__all__ = ["JOB_KIND", "check"]
