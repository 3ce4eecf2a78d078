"""The archive and the manifest of a run as they are now: laid out from its valid documents, read out of their packs.

Nothing is built or kept but the layout, and that only in the process, under a name that changes with every correction.
"""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, Sum
from django.db.models.query import QuerySet

from docuai.bulk.archive import MANIFEST, ArchiveEntry, ArchiveLayout, entry_of, layout
from docuai.bulk.exporting import ManifestRow, manifest_csv
from docuai.bulk.models import BulkRun, Document
from platform_core.files.selectors import read_bytes

WINDOW = 4 * 1024 * 1024
PIECE = 256 * 1024
COLUMNS = (
    "row__number", "file_name", "sha256", "size_bytes", "crc32", "pack_key", "offset_bytes", "engine_fingerprint", "created_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bundle:
    """What can be downloaded of a run: how many documents, their bytes, and the tag that changes with them."""

    documents: int
    size_bytes: int
    pages: int
    void: int
    engine_fingerprint: str
    etag: str


@dataclass(frozen=True, slots=True)
class RunArchive:
    """The ZIP of a run: its length, and any range of its bytes."""

    layout: ArchiveLayout
    places: dict[str, tuple[str, int]]
    etag: str

    @property
    def length(self) -> int:
        return self.layout.length

    def read(self, offset: int, size: int) -> Iterator[bytes]:
        """This will yield ``size`` bytes from ``offset``."""
        packs = PackReader()

        def open_entry(entry: ArchiveEntry, first: int, last: int) -> Iterator[bytes]:
            key, begin = self.places[entry.name]
            return packs.read(key, begin + first, begin + last)

        return self.layout.read(offset, offset + size, open_entry)


class PackReader:
    """Reads documents that lie side by side in a pack with one request to storage for some of them."""

    def __init__(self) -> None:
        self._key, self._start, self._block = "", 0, b""

    def read(self, key: str, start: int, stop: int) -> Iterator[bytes]:
        """This will yield the bytes of a pack from ``start`` to ``stop``, in pieces."""
        while start < stop:
            if key != self._key or not self._start <= start < self._start + len(self._block):
                block = read_bytes(key=key, offset=start, size=max(WINDOW, min(stop - start, WINDOW)))
                if not block:
                    return
                self._key, self._start, self._block = key, start, block
            at = start - self._start
            piece = self._block[at : at + min(stop - start, PIECE)]
            yield piece
            start += len(piece)


def documents_of(run: BulkRun) -> QuerySet[Document]:
    """This will find the run's valid documents."""
    return Document.objects.for_organization(run.organization_id).filter(run=run, state="valid")


def bundle_of(run: BulkRun) -> Bundle:
    """This will say in one query what the archive of this moment holds."""
    valid = Q(state="valid")
    found = Document.objects.for_organization(run.organization_id).filter(run=run)
    facts = found.aggregate(
        documents=Count("id", filter=valid),
        size=Sum("size_bytes", filter=valid),
        pages=Sum("pages", filter=valid),
        last=Max("created_at"),
        void=Count("id", filter=~valid),
        fingerprint=Max("engine_fingerprint"),
    )
    tag = f"{run.pk} {facts['documents']} {facts['size']} {facts['last']} {facts['void']}"
    etag = hashlib.sha256(tag.encode()).hexdigest()[:32]
    return Bundle(
        facts["documents"], facts["size"] or 0, facts["pages"] or 0, facts["void"], facts["fingerprint"] or "", etag
    )


def archive_of(run: BulkRun, numbers: Collection[int] | None = None) -> RunArchive:
    """This will lay out the ZIP of the run's valid documents, in the order of its rows, the manifest last.

    ``numbers``: of these rows alone; the manifest names no others.
    """
    chosen = tuple(sorted(set(numbers))) if numbers is not None else None
    etag = bundle_of(run).etag
    if chosen is not None:
        etag = hashlib.sha256(f"{etag} {chosen}".encode()).hexdigest()[:32]
    return _archive(run.organization_id, run.pk, etag, chosen)


def manifest_of(run: BulkRun) -> bytes:
    """This will give the manifest by itself: the same bytes as in the archive."""
    content = archive_of(run).layout.entries[-1].content
    assert content is not None
    return content


@lru_cache(maxsize=2)
def _archive(organization_id: UUID, run_id: UUID, etag: str, numbers: tuple[int, ...] | None) -> RunArchive:
    run = BulkRun.objects.for_organization(organization_id).select_related("template", "version").get(id=run_id)
    version = f"{run.template.slug} v{run.version.number}"
    entries: list[ArchiveEntry] = []
    rows: list[ManifestRow] = []
    places: dict[str, tuple[str, int]] = {}
    documents = documents_of(run) if numbers is None else documents_of(run).filter(row__number__in=numbers)
    found: Iterator[tuple[Any, ...]] = documents.order_by("row__number").values_list(*COLUMNS).iterator(chunk_size=5000)
    for number, name, sha256, size, crc32, key, offset, fingerprint, created_at in found:
        made = created_at.astimezone(UTC).replace(tzinfo=None)
        entries.append(ArchiveEntry(name, size, crc32, made, key=key))
        rows.append(ManifestRow(number, name, sha256, version, fingerprint, "valid"))
        places[name] = (key, offset)
    return RunArchive(layout([*entries, entry_of(MANIFEST, manifest_csv(rows))]), places, etag)
