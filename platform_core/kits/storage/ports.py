"""What storage can do, whichever it is: bytes under keys. ``storage()`` gives the one that STORAGE_URL names."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, Protocol, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

CHUNK = 1 << 18
ADAPTERS = {"file": "platform_core.kits.storage.local", "s3": "platform_core.kits.storage.s3"}


class MissingFileError(Exception):
    """The row says that the bytes are there and storage says they are not."""


class StorageError(Exception):
    """Storage did not answer or refused: nothing was written. Trying again later may help."""


class Storage(Protocol):
    """Bytes under keys such as ``<organization>/files/<id>``. Keys never begin with a slash nor hold ``..``."""

    def write(self, key: str, source: BinaryIO) -> None:
        """This will store all that ``source`` gives under ``key``, whole or not at all, durable when it returns."""

    def stream(self, key: str, offset: int = 0, size: int = -1) -> Iterator[bytes]:
        """This will yield ``size`` bytes from ``offset`` (all where negative) in pieces; raises MissingFileError."""

    def delete(self, key: str) -> None:
        """This will remove the key; one that is not there is no error."""

    def local_copy(self, key: str) -> AbstractContextManager[Path]:
        """This will lend a path with the bytes, for reading only; raises MissingFileError."""

    def link(self, key: str, *, seconds: int, content_type: str, disposition: str) -> str:
        """This will give a signed link that storage itself answers, or nothing where it cannot."""

    def folder(self) -> Path | None:
        """This will name the folder whose disk fills up; None where that is somebody else's business."""


def storage() -> Storage:
    """This will give the storage of STORAGE_URL; raises ImproperlyConfigured for a kind that there is not."""
    return _adapter(settings.STORAGE_URL)


@cache
def _adapter(url: str) -> Storage:
    try:
        module = import_module(ADAPTERS[urlsplit(url).scheme])  # boto3 takes a second and 30 MB: at first use only
    except KeyError:
        raise ImproperlyConfigured("STORAGE_URL must begin with file:// or s3://.") from None
    return cast(Storage, module.connect(url))


def checked(key: str) -> str:
    """This will return the key, or raise ValueError for one that could leave its folder."""
    if not key or key.startswith("/") or "\x00" in key or "\\" in key or ".." in key.split("/"):
        raise ValueError(f"{key!r} is no storage key")
    return key
