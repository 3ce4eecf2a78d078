"""Storage in a folder of this machine: written beside its place, fsynced, renamed, and the folder fsynced too."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from platform_core.kits.storage.ports import CHUNK, MissingFileError, StorageError, checked


class LocalStorage:
    """See ``ports.Storage``."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def place(self, key: str) -> Path:
        """This will return the path of ``key``; raises ValueError for one that leaves the folder."""
        place = (self.root / checked(key)).resolve()
        if not place.is_relative_to(self.root):
            raise ValueError(f"{key!r} leaves the storage folder")
        return place

    def write(self, key: str, source: BinaryIO) -> None:
        place = self.place(key)
        unfinished = place.with_name(f".{place.name}.{uuid4().hex}")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as file:
                shutil.copyfileobj(source, file, CHUNK)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(place)
            _sync_folder(place.parent)
        except OSError as error:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise StorageError(f"not written: {error.strerror}") from error

    def stream(self, key: str, offset: int = 0, size: int = -1) -> Iterator[bytes]:
        try:
            file = self.place(key).open("rb")
        except (FileNotFoundError, IsADirectoryError) as error:
            raise MissingFileError(key) from error
        return _pieces(file, offset, size)

    def delete(self, key: str) -> None:
        self.place(key).unlink(missing_ok=True)

    @contextmanager
    def local_copy(self, key: str) -> Iterator[Path]:
        place = self.place(key)
        if not place.is_file():
            raise MissingFileError(key)
        yield place

    def link(self, key: str, *, seconds: int, content_type: str, disposition: str) -> str:
        return ""

    def folder(self) -> Path | None:
        return self.root


def connect(url: str) -> LocalStorage:
    """This will open the folder of ``file:///path``."""
    return LocalStorage(Path(unquote(urlsplit(url).path)))


def _pieces(file: BinaryIO, offset: int, size: int) -> Iterator[bytes]:
    with file:
        file.seek(offset)
        left = size
        while left and (piece := file.read(CHUNK if left < 0 else min(CHUNK, left))):
            left -= len(piece) if left > 0 else 0
            yield piece


def _sync_folder(folder: Path) -> None:
    """The name must survive a power cut as the bytes do."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
