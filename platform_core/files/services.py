"""Bytes into storage. A file is written beside its place, fsynced and renamed before anybody is told of it."""

import os
from uuid import uuid4

from platform_core.files.selectors import place_of


def write_bytes(*, key: str, content: bytes) -> None:
    """This will store ``content`` under ``key``, whole or not at all, on disk when it returns."""
    place = place_of(key)
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = place.with_name(f".{place.name}.{uuid4().hex}")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(place)
