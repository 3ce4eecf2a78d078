"""Pieces of uploads, in a folder of DATA_DIR until they are whole. The size of the file is the offset: it cannot lie.

A lock on the file (released by the kernel, also when its process is killed) lets one request at a time write. Several web
machines need this folder on a shared file system with locks, or a balancer that keeps an upload on one machine; after a
change of machine the upload is not found there, and the client starts it again.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings

PIECE = 1 << 16


class LockedError(Exception):
    """Another request is writing to this upload."""


def place(upload_id: UUID) -> Path:
    """This will return the path of an upload's bytes."""
    return Path(settings.DATA_DIR) / "uploads" / str(upload_id)


def create(upload_id: UUID) -> None:
    """This will make an empty file, and the folder."""
    found = place(upload_id)
    found.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    found.touch(mode=0o600)


def arrived(upload_id: UUID) -> int | None:
    """This will count the bytes that are here; None where the file is not."""
    try:
        return place(upload_id).stat().st_size
    except FileNotFoundError:
        return None


def remove(upload_id: UUID) -> None:
    """This will delete an upload's bytes."""
    place(upload_id).unlink(missing_ok=True)


@contextmanager
def locked(upload_id: UUID) -> Iterator[BinaryIO]:
    """This will open the file for appending, alone; raises LockedError or FileNotFoundError. On disk when it ends."""
    descriptor = os.open(place(upload_id), os.O_RDWR | os.O_APPEND)
    with os.fdopen(descriptor, "ab", buffering=0) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockedError from None
        try:
            yield file
        finally:
            os.fsync(file.fileno())


def older_than(seconds: float, now: float) -> Iterator[UUID]:
    """This will list uploads whose file has not changed for so long."""
    folder = Path(settings.DATA_DIR) / "uploads"
    for found in folder.iterdir() if folder.is_dir() else ():
        if now - found.stat().st_mtime > seconds:
            try:
                yield UUID(found.name)
            except ValueError:
                continue
