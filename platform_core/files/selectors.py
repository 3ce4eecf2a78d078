"""Reading stored bytes, and what is known of files. Where bytes lie is the business of ``kits.storage``."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from platform_core.files.models import StoredFile
from platform_core.kits.storage.ports import MissingFileError, storage
from platform_core.kits.storage.room import Room, room
from platform_core.kits.tenancy.models import OrganizationOwnedQuerySet

__all__ = [
    "MissingFileError",
    "Room",
    "files",
    "local_copy",
    "read",
    "read_bytes",
    "room",
    "stream",
]


def read_bytes(*, key: str, offset: int = 0, size: int = -1) -> bytes:
    """This will read ``size`` bytes from ``offset`` (all where negative); raises MissingFileError."""
    return b"".join(storage().stream(key, offset, size))


def stream(*, key: str, offset: int = 0, size: int = -1) -> Iterator[bytes]:
    """This will yield the bytes piece by piece; raises MissingFileError at once, not at the first piece."""
    return storage().stream(key, offset, size)


def read(file: StoredFile) -> bytes:
    """This will read all of a file; raises MissingFileError."""
    return read_bytes(key=file.storage_key)


def local_copy(file: StoredFile) -> AbstractContextManager[Path]:
    """This will lend a path with the file's bytes, for reading only: ``with local_copy(file) as path``."""
    return storage().local_copy(file.storage_key)


def files(organization: Any) -> OrganizationOwnedQuerySet[StoredFile]:
    """This will list an organization's files that are not deleted."""
    return StoredFile.objects.for_organization(organization).filter(deleted_at=None)
