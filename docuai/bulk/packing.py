"""Finished documents into storage and rows into the database: one pack, one transaction, and only what is still ours.

The pack is on disk before a row points at it. Its key carries the claim's token: a worker that lost its lease leaves a
pack that no row names (swept by `retention.py`), never half a document.
"""

import hashlib
import json
import zlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.db.models.functions import Now

from docuai.bulk import mailing
from docuai.bulk.models import BulkRun, Document, RunRow
from docuai.engines.services import Rendered
from platform_core.files.services import delete_key, write_bytes
from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.work.claiming import Claim

MARK_DONE = """
UPDATE docuai_runrow SET state = 'done', document_id = made.document_id, error = NULL, finished_at = statement_timestamp(),
    lease_token = NULL, lease_until = NULL
FROM unnest(%s::uuid[], %s::uuid[]) AS made(row_id, document_id)
WHERE docuai_runrow.id = made.row_id AND docuai_runrow.organization_id = %s AND docuai_runrow.lease_token = %s
"""


def pack_folder(run: BulkRun) -> str:
    """This will name the folder in storage that holds the run's packs."""
    return f"{run.organization_id}/runs/{run.pk}"


def store(run: BulkRun, taken: Claim, made: Mapping[UUID, Rendered], failures: Mapping[UUID, Mapping[str, Any]]) -> int:
    """This will store what was made of a claim and mark its rows; returns how many were still ours.

    Rows that were neither made nor failed go back to the queue.
    """
    pack_key = f"{pack_folder(run)}/{taken.token}.pack"
    if made:
        write_bytes(key=pack_key, content=b"".join(document.content for document in made.values()))
    offsets: dict[UUID, int] = {}
    total = 0
    for pk, document in made.items():
        offsets[pk], total = total, total + len(document.content)
    rows = RunRow.objects.for_organization(run.organization_id)
    with transaction.atomic():
        ours = set(rows.held(taken.token).select_for_update().order_by("id").values_list("id", flat=True))
        held = [row for row in taken.rows if row.pk in ours]
        numbers = _next_numbers(run, [row.pk for row in held if row.document_id])
        documents = [
            _document(run, row, made[row.pk], pack_key, offsets[row.pk], numbers.get(row.pk, 1))
            for row in held
            if row.pk in made
        ]
        Document.objects.bulk_create(documents, batch_size=500)
        _mark_done(run, taken.token, documents)
        for row in held:
            if row.pk in failures:
                fields = {"state": "failed", "error": failures[row.pk], "finished_at": Now()}
                rows.filter(id=row.pk).update(lease_token=None, lease_until=None, **fields)
        rows.release(taken.token)
        _mail_corrected(run, held, documents)
    if made and not documents:  # another worker has the rows by now: nobody names this pack
        delete_key(key=pack_key)
    return len(ours)


def _mail_corrected(run: BulkRun, held: list[RunRow], documents: list[Document]) -> None:
    wanted = {row.pk: row for row in held if row.mail_when_done}
    for document in documents:
        if document.row_id in wanted:
            document.row = wanted[document.row_id]
            mailing.send_corrected(run, document)
    if wanted:
        RunRow.objects.for_organization(run.organization_id).filter(
            id__in=[document.row_id for document in documents]
        ).update(mail_when_done=False)


def _mark_done(run: BulkRun, token: UUID, documents: list[Document]) -> None:
    if documents:
        pairs = ([document.row_id for document in documents], [document.pk for document in documents])
        with connection.cursor() as cursor:
            cursor.execute(MARK_DONE, [*pairs, run.organization_id, token])


def _next_numbers(run: BulkRun, corrected: list[UUID]) -> dict[UUID, int]:
    if not corrected:
        return {}
    documents = Document.objects.for_organization(run.organization_id).filter(row__in=corrected)
    return {row: last + 1 for row, last in documents.values_list("row").annotate(last=Max("number"))}


def _document(run: BulkRun, row: RunRow, rendered: Rendered, pack_key: str, offset: int, number: int) -> Document:
    return Document(
        id=new_id(),
        organization_id=run.organization_id,
        run_id=run.pk,
        row_id=row.pk,
        number=number,
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
