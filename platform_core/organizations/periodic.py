"""The clock of organizations: recoveries go on, and so do lists of invitations that nobody works on."""

from datetime import timedelta

from celery import shared_task
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from platform_core.jobs.models import Job
from platform_core.kits.tenancy.scope import service, tenant
from platform_core.kits.tenancy.tasks import PlatformTask
from platform_core.kits.work.queue import publish
from platform_core.organizations import listing, tasks
from platform_core.organizations.models import OwnerRecovery
from platform_core.organizations.services import recovering

WAKE_SECONDS = 15.0
RECOVERY_SECONDS = 600.0


@shared_task(base=PlatformTask, queue="fast")
def wake_lists() -> int:
    """This will wake what nobody works on, empty what was canceled, and return how many it woke."""
    free = models.Q(lease_until=None) | models.Q(lease_until__lt=Now()) | models.Q(state=Job.State.QUEUED)
    with service("find lists of invitations of all organizations that nobody works on"):
        lists = Job.objects.filter(kind=listing.JOB_KIND)
        waited = Now() - timedelta(seconds=WAKE_SECONDS)
        waiting = list(
            lists.filter(free, state__in=Job.OPEN, created_at__lt=waited).values_list("organization_id", "id")
        )
        canceled = list(lists.filter(state=Job.State.CANCELED).exclude(parameters={}))
    for job in canceled:
        with tenant(job.organization_id):
            listing.forget(job)
    for organization_id, job_id in waiting:
        publish(tasks.invite_list, organization_id=str(organization_id), job_id=str(job_id))
    return len(waiting)


@shared_task(base=PlatformTask, queue="fast")
def go_on_with_recoveries() -> int:
    """This will end, remind of and complete what is due; returns how many are open."""
    with service("recoveries of all organizations"):
        found = list(OwnerRecovery.objects.filter(state__in=OwnerRecovery.OPEN).order_by("id"))
    for recovery in found:
        with tenant(recovery.organization_id):
            recovering.go_on(recovery=recovery, now=timezone.now())
    return len(found)
