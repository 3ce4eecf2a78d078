"""The work of a run: claim a batch, render it in the sandbox, store one pack, mark the rows that are still ours."""

import hashlib
import json
import time
import zlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from docuai.bulk.models import BulkRun, Document, RunRow
from docuai.engines import services as engines
from docuai.engines.services import EngineError, Rendered, RenderOptions
from docuai.library import services as library
from platform_core.files.services import write_bytes
from platform_core.jobs import services as jobs
from platform_core.jobs.models import Job
from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.work.claiming import Claim, claim
from platform_core.kits.work.leases import LEASE, MAX_ATTEMPTS

BATCH = 25
RENEW_SECONDS = LEASE.total_seconds() / 4


def render_rows(*, organization_id: UUID, run_id: UUID) -> bool:
    """This will make one batch of documents of a run; True when there may be more to do.

    Exactly one document a row: a result counts only while the row's lease is ours, and a row has one valid document by
    constraint. A row that was taken MAX_ATTEMPTS times and never came back is failed with the reason.
    """
    run = _run(organization_id, run_id)
    if run is None or run.job.state not in Job.OPEN:
        return False
    jobs.begin(job=run.job)
    taken = claim(RunRow.objects.for_organization(organization_id).filter(run=run_id), limit=BATCH, order_by="number")
    if taken.rows:
        _make(run, taken)
    return not finish_if_complete(run=run) and bool(taken.rows)


def finish_if_complete(*, run: BulkRun) -> bool:
    """This will end the run's job when no row is open. Who finds none finishes it; the clock asks too."""
    with transaction.atomic():
        job = Job.objects.for_organization(run.organization_id).select_for_update().get(id=run.job_id)
        rows = RunRow.objects.for_organization(run.organization_id).filter(run=run)
        if job.state not in Job.OPEN or rows.filter(state__in=Job.OPEN).exists():
            return False
        done, failed = rows.filter(state="done").count(), rows.filter(state="failed").count()
        return jobs.finish(job=job, done=done, failed=failed)


def _run(organization_id: UUID, run_id: UUID) -> BulkRun | None:
    runs = BulkRun.objects.for_organization(organization_id).filter(deleted_at=None)
    return runs.select_related("job", "version").filter(id=run_id).first()


def _make(run: BulkRun, taken: Claim) -> None:
    worn_out = {row.pk for row in taken.rows if row.attempts > MAX_ATTEMPTS}
    todo = [row for row in taken.rows if row.pk not in worn_out]
    failures: dict[UUID, dict[str, Any]] = {pk: _error(EngineError("engine_crash")) for pk in worn_out}
    made: dict[UUID, Rendered] = {}
    options = RenderOptions(
        format=run.options["format"],
        language=run.options.get("language", ""),
        pdf_a=run.options.get("pdf_a", True),
        document_date=run.options["document_date"],
    )
    version = library.source_of(version=run.version)
    held = RunRow.objects.for_organization(run.organization_id)
    renewed = time.monotonic()
    for result in engines.render_rows(version=version, rows=[row.data for row in todo], options=options):
        row = todo[result.index]
        if time.monotonic() - renewed > RENEW_SECONDS:  # slow rows must not lose the lease of their batch
            held.renew(taken.token)
            renewed = time.monotonic()
        if result.rendered is not None:
            made[row.pk] = result.rendered
        elif result.error is not None:
            failures[row.pk] = _error(result.error)
    _store(run, taken, made, failures)


def _store(run: BulkRun, taken: Claim, made: Mapping[UUID, Rendered], failures: Mapping[UUID, dict[str, Any]]) -> None:
    pack_key = f"{run.organization_id}/runs/{run.pk}/{taken.token}.pack"
    if made:
        write_bytes(key=pack_key, content=b"".join(document.content for document in made.values()))
    offsets: dict[UUID, int] = {}
    total = 0
    for pk, document in made.items():
        offsets[pk], total = total, total + len(document.content)
    held = RunRow.objects.for_organization(run.organization_id).held(taken.token)
    with transaction.atomic():
        ours = list(held.select_for_update().order_by("id"))
        documents = [_document(run, row, made[row.pk], pack_key, offsets[row.pk]) for row in ours if row.pk in made]
        Document.objects.bulk_create(documents)
        finished = {document.row_id: document for document in documents}
        for row in ours:
            row.document = finished.get(row.pk)
            row.error = failures.get(row.pk)
            row.state = "done" if row.document else "failed" if row.error else "queued"
            row.lease_token = row.lease_until = None
            row.finished_at = Now() if row.state != "queued" else None
        RunRow.objects.bulk_update(
            ours, ["document", "error", "state", "lease_token", "lease_until", "finished_at"], batch_size=100
        )


def _document(run: BulkRun, row: RunRow, rendered: Rendered, pack_key: str, offset: int) -> Document:
    return Document(
        id=new_id(),
        organization_id=run.organization_id,
        run=run,
        row=row,
        file_name=row.file_name,
        content_type=rendered.mime,
        pack_key=pack_key,
        offset_bytes=offset,
        size_bytes=len(rendered.content),
        sha256=hashlib.sha256(rendered.content).hexdigest(),
        crc32=zlib.crc32(rendered.content),
        pages=rendered.pages or 0,
        data_hash=hashlib.sha256(json.dumps(row.data, sort_keys=True).encode()).hexdigest(),
        engine_fingerprint=rendered.engine_fingerprint,
    )


def _error(error: EngineError) -> dict[str, Any]:
    return {
        "code": error.code,
        "message": str(error.message),
        "hint": str(error.hint),
        "pointer": "/" + error.location.path.replace(".", "/") if error.location.path else "",
    }
