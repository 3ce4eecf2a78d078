"""The clock of organizations: recoveries go on."""

from celery import shared_task
from django.utils import timezone

from platform_core.kits.tenancy.scope import service, tenant
from platform_core.kits.tenancy.tasks import PlatformTask
from platform_core.organizations.models import OwnerRecovery
from platform_core.organizations.services import recovering

RECOVERY_SECONDS = 600.0


@shared_task(base=PlatformTask, queue="fast")
def go_on_with_recoveries() -> int:
    """This will end, remind of and complete what is due; returns how many are open."""
    with service("recoveries of all organizations"):
        found = list(OwnerRecovery.objects.filter(state__in=OwnerRecovery.OPEN).order_by("id"))
    for recovery in found:
        with tenant(recovery.organization_id):
            recovering.go_on(recovery=recovery, now=timezone.now())
    return len(found)
