"""The end of a run's documents: at the end of its retention, or when a deletion can no longer be taken back.

Rows, documents, faults and packs go; the run, its job with the counts, and the audit log stay. Rows go before packs: a
pack without a row is swept the next time, a row without a pack would be a lie.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from docuai.bulk.models import BulkRun, Document, RowFault, RunRow
from docuai.bulk.packing import pack_folder
from platform_core.audit.services import audit
from platform_core.files.services import delete_key
from platform_core.jobs.models import Job

UNDO = timedelta(days=30)


def due(*, today: date, now: datetime) -> QuerySet[BulkRun]:
    """This will find the runs, of all organizations, whose documents must go."""
    expired, deleted = Q(keep_until__lt=today, deleted_at=None), Q(deleted_at__lt=now - UNDO)
    return BulkRun.objects.filter(expired | deleted, purged_at=None).exclude(job__state__in=["running"])


def purge(*, organization_id: UUID, run_id: UUID, today: date, now: datetime) -> int:
    """This will remove the rows, documents and packs of a run that is still due, and return how many documents went.

    Safe to repeat. A run that was kept longer or brought back meanwhile stays. Locks the run, then its job.
    """
    run = BulkRun.objects.for_organization(organization_id).select_related("job").get(id=run_id)
    documents = Document.objects.for_organization(organization_id).filter(run=run)
    keys = set(documents.values_list("pack_key", flat=True)) | set(lost_packs(run))
    with transaction.atomic():
        if not due(today=today, now=now).filter(id=run_id).select_for_update(of=("self",), no_key=True).exists():
            return 0
        Job.objects.for_organization(organization_id).select_for_update().get(id=run.job_id)
        Job.objects.for_organization(organization_id).move(run.job_id, "canceled")
        RunRow.objects.for_organization(organization_id).filter(run=run).lock()
        count = documents.count()
        for model in (RowFault, RunRow, Document):  # past the collector: it would read every row to be deleted
            rows = model.objects.for_organization(organization_id).filter(run=run)
            rows._raw_delete(rows.db)
        BulkRun.objects.for_organization(organization_id).filter(id=run.pk).update(purged_at=Now())
        audit(action="docuai.run.purge", target=run, changes={"documents": [count, 0]})
    for key in sorted(keys):
        delete_key(key=key)
    return count


def sweep(*, run: BulkRun) -> int:
    """This will remove the packs that lost workers left behind and no document names; returns how many were looked for."""
    documents = Document.objects.for_organization(run.organization_id)
    orphans = [key for key in lost_packs(run) if not documents.filter(pack_key=key).exists()]
    for key in orphans:
        delete_key(key=key)
    return len(orphans)


def lost_packs(run: BulkRun) -> list[str]:
    """This will name the packs that lost workers of a run may have left behind."""
    return [f"{pack_folder(run)}/{token}.pack" for token in run.job.result.get("lost", {})]
