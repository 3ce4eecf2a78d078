"""The clock of runs: what nobody holds is woken, so no lost message and no dead worker can stop a run."""

from celery import shared_task

from docuai.bulk import tasks
from docuai.bulk.models import BulkRun
from platform_core.jobs.models import Job
from platform_core.kits.tenancy.scope import service
from platform_core.kits.tenancy.tasks import PlatformTask

WAKE_SECONDS = 5.0


@shared_task(base=PlatformTask, queue="fast")
def wake_runs() -> int:
    """This will open the free lanes of every run that is open and return how many messages went out."""
    with service("wake open runs of all organizations"):
        open_runs = BulkRun.objects.filter(job__state__in=Job.OPEN, stage="rendering", deleted_at=None)
        found = list(open_runs.values_list("organization_id", "id"))
    return sum(tasks.open_lanes(organization_id=organization, run_id=run) for organization, run in found)
