"""What tests leave in DocuAI: a test run goes at once, with rows and documents, not to come back.

Live runs never go this way: they are put away, can be brought back, and lose their documents by ``retention.py``.
"""

from datetime import datetime
from uuid import UUID

from docuai.bulk.models import BulkRun, Document, RowFault, RunRow
from docuai.bulk.retention import lost_packs
from platform_core.files.models import StoredFile
from platform_core.jobs.models import Job
from platform_core.mail.models import OutgoingMail


def count_test_runs(organization_id: UUID) -> int:
    """This will count the test runs, those that were put away too."""
    return BulkRun.objects.for_organization(organization_id).filter(is_test=True).count()


def wipe_test_run(organization_id: UUID, before: datetime) -> tuple[int, tuple[str, ...]]:
    """This will delete the oldest test run in the caller's transaction, and name the packs and files without a row now.

    Its jobs, mails and files go with those of all tests; here only what is younger than ``before``, which would stay without
    its run. A worker that holds its rows finds them gone: what it brings is dropped. Locks the job, then the rows.
    """
    runs = BulkRun.objects.for_organization(organization_id).filter(is_test=True, created_at__lte=before)
    run = runs.select_related("job").order_by("number").first()
    if run is None:
        return 0, ()
    jobs = Job.objects.for_organization(organization_id)
    jobs.select_for_update().get(id=run.job_id)
    RunRow.objects.for_organization(organization_id).filter(run=run).lock()
    documents = Document.objects.for_organization(organization_id).filter(run=run)
    keys = set(documents.values_list("pack_key", flat=True)) | set(lost_packs(run))
    late = {"is_test": True, "created_at__gt": before}
    mails = OutgoingMail.objects.for_organization(organization_id).filter(**late)
    mails.filter(subject_id__in=documents.values("id")).delete()
    for model in (RowFault, RunRow, Document):  # past the collector, as retention does
        rows = model.objects.for_organization(organization_id).filter(run=run)
        rows._raw_delete(rows.db)
    about = jobs.filter(**late, subject_id=run.pk)
    made = [job.result["file_id"] for job in about if job.result.get("file_id")]
    files = StoredFile.objects.for_organization(organization_id).filter(**late, id__in=made)
    keys |= set(files.values_list("storage_key", flat=True))
    run.delete()
    about.delete()
    files.delete()
    return 1, tuple(sorted(keys))
