"""The clock of jobs: below the least free space open work pauses with the reason, and goes on when there is room."""

from celery import shared_task

from platform_core.jobs import services
from platform_core.jobs.models import Job
from platform_core.kits.storage.room import room
from platform_core.kits.tenancy.scope import service, tenant
from platform_core.kits.tenancy.tasks import PlatformTask

ROOM_SECONDS = 15.0


@shared_task(base=PlatformTask, queue="fast")
def watch_room() -> int:
    """This will pause all open jobs or let those go on that it had paused; return how many it moved."""
    is_low = room().is_low
    with service("find jobs of all organizations to pause or to resume"):
        wanted = {"state__in": Job.OPEN} if is_low else {"state": "paused", "reason": services.NO_ROOM}
        found = list(Job.objects.filter(**wanted))
    moved = 0
    for job in found:
        with tenant(job.organization_id):
            moved += services.pause_for_room(job=job) if is_low else services.resume_with_room(job=job)
    return moved
