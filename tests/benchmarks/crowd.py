"""A crowd for the API: many organizations, each with runs and a key. Rows are written at once, no document is made."""

from datetime import timedelta
from functools import cache

from django.utils import timezone

from docuai.bulk.models import BulkRun
from platform_core.jobs.models import Job
from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.tenancy.scope import tenant
from tests.benchmarks import cast

STATES = ("done", "done", "partial", "failed", "canceled", "done")


@cache
def made(organizations: int, runs: int) -> dict[str, str]:
    """This will make organizations with ended runs, once, and give a key by slug."""
    keys = {}
    for number in range(organizations):
        organization = cast.made_organization(f"crowd-{number:03}")
        version, now = cast.published(organization, "certificate"), timezone.now()
        with tenant(organization.pk):
            jobs = [
                Job(
                    id=new_id(),
                    organization=organization,
                    kind="docuai.run",
                    title=f"Certificate {place}",
                    state=STATES[place % len(STATES)],
                    total=1000,
                    done=1000 - place,
                    failed=place,
                    started_at=now - timedelta(minutes=place),
                    finished_at=now,
                )
                for place in range(runs)
            ]
            ids = [new_id() for _ in jobs]
            for job, run_id in zip(jobs, ids, strict=True):
                job.subject_id = run_id
            Job.objects.bulk_create(jobs)
            BulkRun.objects.bulk_create(
                BulkRun(
                    id=run_id,
                    organization=organization,
                    number=place,
                    template=version.template,
                    version=version,
                    job=job,
                    stage=BulkRun.Stage.RENDERING,
                    options={"format": "pdf", "language": "en"},
                    table_name="people.csv",
                    keep_until=now.date() + timedelta(days=90),
                )
                for place, (job, run_id) in enumerate(zip(jobs, ids, strict=True), start=1)
            )
        keys[organization.slug] = cast.key_of(organization)
    return keys
