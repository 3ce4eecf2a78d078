"""The clock of files: uploads that nobody finished, files put away 30 days ago."""

import time
from contextlib import suppress
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from platform_core.files import spool
from platform_core.files.models import StoredFile, Upload
from platform_core.files.services import abandon_upload, purge
from platform_core.kits.storage.ports import StorageError
from platform_core.kits.tenancy.scope import service, tenant
from platform_core.kits.tenancy.tasks import PlatformTask

SWEEP_SECONDS = 600.0
KEPT = timedelta(days=30)
STRAY_SECONDS = 48 * 3600
BATCH = 500


@shared_task(base=PlatformTask, queue="slow")
def sweep_files() -> int:
    """This will remove what has expired and return how much."""
    now = timezone.now()
    with service("find expired uploads and deleted files of all organizations"):
        uploads = list(Upload.objects.filter(expires_at__lt=now)[:BATCH])
        files = list(StoredFile.objects.filter(deleted_at__lt=now - KEPT)[:BATCH])
    for upload in uploads:
        with tenant(upload.organization_id):
            abandon_upload(upload=upload)
    for file in files:
        with tenant(file.organization_id), suppress(StorageError):  # tried again at the next tick
            purge(file=file)
    for stray in spool.older_than(STRAY_SECONDS, time.time()):  # its row went with a restored backup
        spool.remove(stray)
    return len(uploads) + len(files)
