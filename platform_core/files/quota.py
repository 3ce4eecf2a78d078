"""How much an organization may keep: a port. The slice that knows plans stands above this one and books what is stored.

Booked when an upload begins, under the id the file will have; given back when the upload is dropped or the file purged.
"""

from typing import Protocol
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext as _

from platform_core.files.errors import FileError
from platform_core.files.models import StoredFile, Upload


class QuotaError(FileError):
    """The organization has no room left for the file."""

    code = "storage_limit"
    status = 413


TEST_BYTES = 100_000_000  # what all files of an organization's tests may hold together


class Quota(Protocol):
    """Books bytes by key, in the caller's transaction."""

    def reserve(self, *, organization_id: UUID, key: str, size_bytes: int) -> None:
        """This will book, once for a key; raises QuotaError where it does not fit."""

    def release(self, *, organization_id: UUID, key: str) -> None:
        """This will give back what was booked under the key; nothing there is no error."""


_books: list[Quota] = []


def register_quota(quota: Quota | None) -> None:
    """This will have bytes booked there; without one there is no limit."""
    _books[:] = [quota] if quota else []


def reserve(*, organization_id: UUID, file_id: UUID, size_bytes: int, is_test: bool = False) -> None:
    """This will book a file's bytes; raises QuotaError. Call it in the transaction that stores the row.

    Files of tests are not booked: they have a little room of their own.
    """
    if is_test:
        _check_test_room(organization_id, size_bytes)
        return
    for book in _books:
        book.reserve(organization_id=organization_id, key=_key(file_id), size_bytes=size_bytes)


def release(*, organization_id: UUID, file_id: UUID) -> None:
    """This will give a file's bytes back."""
    for book in _books:
        book.release(organization_id=organization_id, key=_key(file_id))


def _check_test_room(organization_id: UUID, size_bytes: int) -> None:
    files = StoredFile.objects.for_organization(organization_id).filter(is_test=True)
    coming = Upload.objects.for_organization(organization_id).filter(is_test=True, file=None)
    held = (files.aggregate(n=Sum("size_bytes"))["n"] or 0) + (coming.aggregate(n=Sum("length_bytes"))["n"] or 0)
    if held + size_bytes > TEST_BYTES:
        raise QuotaError(_("Files of tests take 100 MB at most. Delete the test data, then try again."))


def _key(file_id: UUID) -> str:
    return f"file:{file_id}"
