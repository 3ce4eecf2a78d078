"""Bytes in and out of storage. A file is written beside its place, fsynced and renamed before anybody is told of it."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class MissingFileError(Exception):
    """The row says that the bytes are there and storage says they are not."""


def storage_root() -> Path:
    """This will return the folder of local storage."""
    parts = urlsplit(settings.STORAGE_URL)
    if parts.scheme != "file":
        raise ImproperlyConfigured("STORAGE_URL must begin with file://.")
    return Path(unquote(parts.path))


def write_bytes(*, key: str, content: bytes) -> None:
    """This will store ``content`` under ``key``, whole or not at all, on disk when it returns."""
    place = _place(key)
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = place.with_name(f".{place.name}.{uuid4().hex}")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(place)


def read_bytes(*, key: str, offset: int = 0, size: int = -1) -> bytes:
    """This will read ``size`` bytes from ``offset`` (all where negative); raises MissingFileError."""
    try:
        with _place(key).open("rb") as file:
            file.seek(offset)
            return file.read(size)
    except FileNotFoundError as error:
        raise MissingFileError(key) from error


def _place(key: str) -> Path:
    root = storage_root().resolve()
    place = (root / key).resolve()
    if not place.is_relative_to(root):
        raise ValueError(f"{key!r} leaves the storage folder")
    return place
