"""What one step of a follow-up job came to, and the rows it goes through."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from docuai.bulk.models import BulkRun, Document
from platform_core.jobs.models import Job

STEP_SECONDS = 2.0
BATCH = 25


@dataclass(frozen=True, slots=True)
class Step:
    """Counts so far; ``ended`` when nothing is left, ``wait`` when what is left is done by others."""

    done: int = 0
    failed: int = 0
    ended: bool = False
    wait: bool = False


def run_of(job: Job) -> BulkRun | None:
    """This will find the run that the job is about, if its documents are still there."""
    if job.subject_id is None:
        return None
    runs = BulkRun.objects.for_organization(job.organization_id).filter(deleted_at=None, purged_at=None)
    return runs.select_related("template", "version", "job").filter(id=job.subject_id).first()


def batches(job: Job, run: BulkRun) -> Iterator[list[Document]]:
    """This will give valid documents in the order of rows, from where the job stands, for STEP_SECONDS.

    ``job.parameters["after"]`` moves with each batch that came back; the last batch is empty. ``["rows"]`` names the only
    rows that are meant.
    """
    until = time.monotonic() + STEP_SECONDS
    while True:
        documents = Document.objects.for_organization(job.organization_id).filter(run=run, state="valid")
        if "rows" in job.parameters:
            documents = documents.filter(row__number__in=job.parameters["rows"])
        after = job.parameters.get("after", 0)
        found = list(documents.filter(row__number__gt=after).select_related("row").order_by("row__number")[:BATCH])
        yield found
        if not found:
            return
        job.parameters["after"] = found[-1].row.number
        if time.monotonic() > until:
            return
