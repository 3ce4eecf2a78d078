"""What tests leave in the platform's own tables: mails, jobs, files."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from platform_core.files.models import StoredFile, Upload
from platform_core.jobs.models import Job
from platform_core.mail.models import OutgoingMail
from platform_core.testmode.registry import Leftovers, Wiped

BATCH = 200


def count_mails(organization_id: UUID) -> int:
    """This will count the mails of tests."""
    return _mails(organization_id).count()


def wipe_mails(organization_id: UUID, before: datetime) -> Wiped:
    """This will delete mails of tests, also those on their way: a worker that holds one finds it gone."""
    ids = list(
        _mails(organization_id).filter(created_at__lte=before).order_by("id").values_list("id", flat=True)[:BATCH]
    )
    OutgoingMail.objects.for_organization(organization_id).filter(id__in=ids).delete()
    return len(ids), ()


def count_jobs(organization_id: UUID) -> int:
    """This will count the jobs of tests."""
    return _jobs(organization_id).count()


def wipe_jobs(organization_id: UUID, before: datetime) -> Wiped:
    """This will delete jobs of tests with their logs. Locks them."""
    waiting = _jobs(organization_id).filter(created_at__lte=before).order_by("id")
    ids = list(waiting.select_for_update().values_list("id", flat=True)[:BATCH])
    Job.objects.for_organization(organization_id).filter(id__in=ids).delete()
    return len(ids), ()


def count_files(organization_id: UUID) -> int:
    """This will count the files of tests, uploads on their way with them."""
    coming = Upload.objects.for_organization(organization_id).filter(is_test=True, file=None)
    return _files(organization_id).count() + coming.count()


def wipe_files(organization_id: UUID, before: datetime) -> Wiped:
    """This will delete files of tests, and uploads; the bytes of an unfinished upload are swept as those of a lost one."""
    uploads = Upload.objects.for_organization(organization_id).filter(is_test=True, created_at__lte=before)
    unfinished = uploads.filter(file=None).count()
    uploads.delete()
    found = dict(
        _files(organization_id).filter(created_at__lte=before).order_by("id").values_list("id", "storage_key")[:BATCH]
    )
    StoredFile.objects.for_organization(organization_id).filter(id__in=found).delete()
    return unfinished + len(found), tuple(found.values())


def _mails(organization_id: UUID) -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.for_organization(organization_id).filter(is_test=True)


def _jobs(organization_id: UUID) -> QuerySet[Job]:
    return Job.objects.for_organization(organization_id).filter(is_test=True)


def _files(organization_id: UUID) -> QuerySet[StoredFile]:
    return StoredFile.objects.for_organization(organization_id).filter(is_test=True)


KINDS = (
    Leftovers("mails", _("Mails"), count_mails, wipe_mails),
    Leftovers("jobs", _("Jobs"), count_jobs, wipe_jobs),
    Leftovers("files", _("Files"), count_files, wipe_files),
)
