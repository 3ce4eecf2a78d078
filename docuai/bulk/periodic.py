"""The clock of runs: what nobody holds is woken, what has lasted long enough goes."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from docuai.bulk import follow_ups, retention, tasks
from docuai.bulk.models import BulkRun, RunDraft
from docuai.bulk.services import drafts
from platform_core.jobs.models import Job
from platform_core.kits.tenancy.scope import service, tenant
from platform_core.kits.tenancy.tasks import PlatformTask
from platform_core.kits.work.queue import publish

WAKE_SECONDS = 5.0
PURGE_SECONDS = 3600.0
DRAFT_AGE = timedelta(days=30)
TABLE_KINDS = ("docuai.run", "docuai.check")


@shared_task(base=PlatformTask, queue="fast")
def wake_runs() -> int:
    """This will open the free lanes of every run that is open and return how many messages went out.

    So no lost message and no dead worker can stop a run; nor can follow-up jobs get stuck.
    """
    with service("wake open runs of all organizations"):
        runs = BulkRun.objects.filter(deleted_at=None, stage=BulkRun.Stage.RENDERING)
        found = list(runs.filter(job__state__in=Job.OPEN).values_list("organization_id", "id"))
        reading = BulkRun.objects.filter(deleted_at=None, stage=BulkRun.Stage.READING, job__in=Job.objects.runnable())
        tables = list(reading.values_list("organization_id", "id"))
        jobs = list(Job.objects.filter(kind__in=follow_ups.STEPS).runnable().values_list("organization_id", "id"))
    for organization, run in tables:
        publish(tasks.import_rows, organization_id=str(organization), run_id=str(run))
    for organization, job in jobs:
        publish(tasks.follow_up, organization_id=str(organization), job_id=str(job))
    _wake_tables()
    return sum(tasks.open_lanes(organization_id=organization, run_id=run) for organization, run in found)


def _wake_tables() -> None:
    """Tables that wait to be imported or checked, and those whose worker is gone."""
    with service("wake tables of all organizations"):
        waiting = Job.objects.runnable().filter(kind__in=TABLE_KINDS)
        runs = list(
            BulkRun.objects.filter(job__in=waiting, stage=BulkRun.Stage.READING, deleted_at=None).values_list(
                "organization_id", "id"
            )
        )
        drafts = list(RunDraft.objects.filter(job__in=waiting).values_list("organization_id", "id"))
    for organization, run in runs:
        publish(tasks.import_rows, organization_id=str(organization), run_id=str(run))
    for organization, draft in drafts:
        publish(tasks.check_draft, organization_id=str(organization), draft_id=str(draft))


@shared_task(base=PlatformTask, queue="slow")
def purge_drafts() -> int:
    """This will delete drafts that nobody has touched for 30 days; what they were launched as stays."""
    with service("delete old drafts of all organizations"):
        old = RunDraft.objects.filter(updated_at__lt=timezone.now() - DRAFT_AGE)
        found = list(old.values_list("organization_id", "id")[:500])
    for organization, draft in found:
        with tenant(organization):
            for old_draft in RunDraft.objects.for_organization(organization).filter(id=draft).select_related("file"):
                drafts.discard(actor=None, draft=old_draft)
    return len(found)


@shared_task(base=PlatformTask, queue="slow")
def purge_runs() -> int:
    """This will remove the documents of runs whose time is over and return how many runs that were."""
    now = timezone.now()
    with service("find runs past their retention in all organizations"):
        found = list(retention.due(today=now.date(), now=now).values_list("organization_id", "id")[:100])
    for organization, run in found:
        with tenant(organization):
            retention.purge(organization_id=organization, run_id=run, today=now.date(), now=now)
    return len(found)
