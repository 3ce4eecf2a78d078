"""Where bytes lie in storage, and reading them."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

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


def read_bytes(*, key: str, offset: int = 0, size: int = -1) -> bytes:
    """This will read ``size`` bytes from ``offset`` (all where negative); raises MissingFileError."""
    try:
        with place_of(key).open("rb") as file:
            file.seek(offset)
            return file.read(size)
    except FileNotFoundError as error:
        raise MissingFileError(key) from error


def place_of(key: str) -> Path:
    """This will return the path of ``key``; raises ValueError for one that leaves the storage folder."""
    root = storage_root().resolve()
    place = (root / key).resolve()
    if not place.is_relative_to(root):
        raise ValueError(f"{key!r} leaves the storage folder")
    return place
