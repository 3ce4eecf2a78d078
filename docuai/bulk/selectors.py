"""Reads of runs."""

from collections.abc import Iterator

from django.db.models import Count

from docuai.bulk.models import BulkRun, Document, RunRow
from platform_core.files.selectors import read_bytes


def counts(run: BulkRun) -> dict[str, int]:
    """This will count the run's rows by state, every state present."""
    rows = RunRow.objects.for_organization(run.organization_id).filter(run=run)
    found = dict(rows.values_list("state").annotate(n=Count("id")))
    return {state: found.get(state, 0) for state in RunRow.State.values}


def valid_documents(run: BulkRun) -> Iterator[Document]:
    """This will give the run's valid documents in the order of its rows."""
    documents = Document.objects.for_organization(run.organization_id).filter(run=run, state="valid")
    yield from documents.select_related("row").order_by("row__number").iterator(chunk_size=500)


def content_of(document: Document) -> bytes:
    """This will read a document's bytes out of its pack."""
    return read_bytes(key=document.pack_key, offset=document.offset_bytes, size=document.size_bytes)
