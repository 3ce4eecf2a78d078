"""Reads of runs."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import Count, Q

from docuai.bulk.models import BulkRun, Document, RunRow
from platform_core.files.selectors import read_bytes


def counts(run: BulkRun) -> dict[str, int]:
    """This will count the run's rows by state, every state present."""
    rows = RunRow.objects.for_organization(run.organization_id).filter(run=run)
    found = dict(rows.values_list("state").annotate(n=Count("id")))
    return {state: found.get(state, 0) for state in RunRow.State.values}


def latest_run(organization_id: UUID) -> tuple[BulkRun, int] | None:
    """This will read the organization's newest run with the number of its finished rows in one query."""
    runs = BulkRun.objects.for_organization(organization_id).filter(deleted_at=None).select_related("job")
    made = Count("rows", filter=Q(rows__state="done"))
    found = runs.annotate(made=made).order_by("-number").first()
    return (found, found.made) if found else None


def percentages(counts: dict[str, int]) -> dict[str, float]:
    """This will give each count as a share of all rows in percent."""
    total = sum(counts.values()) or 1
    return {state: 100 * count / total for state, count in counts.items()}


def valid_documents(run: BulkRun) -> Iterator[Document]:
    """This will give the run's valid documents in the order of its rows."""
    documents = Document.objects.for_organization(run.organization_id).filter(run=run, state="valid")
    yield from documents.select_related("row").order_by("row__number").iterator(chunk_size=500)


def content_of(document: Document) -> bytes:
    """This will read a document's bytes out of its pack."""
    return read_bytes(key=document.pack_key, offset=document.offset_bytes, size=document.size_bytes)
