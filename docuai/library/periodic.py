"""The clock of the library: what was deleted 30 days ago is erased."""

from celery import shared_task

from docuai.library import services
from docuai.library.models import DocumentTemplate
from platform_core.kits.tenancy.scope import service, tenant
from platform_core.kits.tenancy.tasks import PlatformTask

PURGE_SECONDS = 6 * 60 * 60.0


@shared_task(base=PlatformTask, queue="slow")
def purge_templates() -> int:
    """This will erase what was deleted 30 days ago, organization by organization, and return how many templates went."""
    with service("find organizations with deleted templates"):
        deleted = DocumentTemplate.objects.exclude(deleted_at=None)
        found = list(deleted.values_list("organization_id", flat=True).distinct())
    purged = 0
    for organization_id in found:
        with tenant(organization_id):
            purged += services.purge_deleted(organization_id=organization_id)
    return purged
