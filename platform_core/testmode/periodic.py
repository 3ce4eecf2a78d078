"""The clock of test data: a deletion whose worker or message was lost goes on."""

from celery import shared_task

from platform_core.jobs.models import Job
from platform_core.kits.tenancy.scope import service
from platform_core.kits.tenancy.tasks import PlatformTask
from platform_core.kits.work.queue import publish
from platform_core.testmode import tasks, wiping

WAKE_SECONDS = 15.0


@shared_task(base=PlatformTask, queue="fast")
def wake_wipes() -> int:
    """This will publish a message for each deletion that nobody works on and return how many."""
    with service("wake deletions of test data of all organizations"):
        found = list(Job.objects.filter(kind=wiping.JOB_KIND).runnable().values_list("organization_id", "id"))
    for organization, job in found:
        publish(tasks.wipe_test_data, organization_id=str(organization), job_id=str(job))
    return len(found)
