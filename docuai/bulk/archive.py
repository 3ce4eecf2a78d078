"""The ZIP of a run as a layout: its length and every byte range are computed; nothing is built, nothing is kept.

Entries are stored, not deflated (PDF and DOCX are compressed already), so the position of each byte follows from names and sizes.
Follows APPNOTE 6.3.10: ZIP64 fields only where 32 bits or 65,535 entries do not suffice, UTF-8 names (bit 11), fixed times.
"""

import struct
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

CHUNK = 256 * 1024
MANIFEST = "manifest.csv"
FIXED_TIME = datetime(1980, 1, 1)
_MAX_16, _MAX_32 = 0xFFFF, 0xFFFFFFFF
_UTF8 = 0x0800
_VERSION, _VERSION_64, _MADE_BY = 20, 45, 3 << 8  # made on Unix, so that the mode below is read
_MODE = (0o100644 << 16) & _MAX_32
_LOCAL = struct.Struct("<IHHHHHIIIHH")
_CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
_END = struct.Struct("<IHHHHIIH")
_END_64 = struct.Struct("<IQHHIIQQQQ")
_LOCATOR_64 = struct.Struct("<IIQI")


class ArchiveError(Exception):
    """An entry cannot be stored, or its content is not what the layout was computed from."""


@dataclass(frozen=True, slots=True)
class ArchiveEntry:
    """One file: its name in the ZIP, size and CRC-32 (kept with the document), a fixed time, and for small ones the bytes themselves."""

    name: str
    size: int
    crc32: int
    modified: datetime = FIXED_TIME
    content: bytes | None = None
    key: str = ""  # what `open_entry` finds the bytes by: a storage key


def entry_of(name: str, content: bytes, modified: datetime = FIXED_TIME) -> ArchiveEntry:
    """This will make an entry of bytes at hand, such as the manifest."""
    return ArchiveEntry(name, len(content), zlib.crc32(content), modified, content)


OpenEntry = Callable[[ArchiveEntry, int, int], Iterator[bytes]]


class ArchiveLayout:
    """A ZIP that exists only as numbers. `read` gives any range; equal entries give equal bytes, today and next year."""

    def __init__(self, entries: Sequence[ArchiveEntry]) -> None:
        self.entries = tuple(entries)
        self._names = [_encoded(entry.name) for entry in self.entries]
        if len(set(self._names)) < len(self._names):
            raise ArchiveError("Two entries have the same name.")
        self._starts: list[int] = []
        position = 0
        for entry, name in zip(self.entries, self._names, strict=True):
            self._starts.append(position)
            position += _LOCAL.size + len(name) + _local_extra_size(entry) + entry.size
        self.directory_start = position
        self.length = position + sum(map(self._central_size, range(len(self.entries)))) + len(self._tail)

    def read(self, start: int, stop: int, open_entry: OpenEntry) -> Iterator[bytes]:
        """This will yield the bytes from `start` up to, not including, `stop`.

        `open_entry(entry, start, stop)` yields that range of one file; raises ArchiveError if it yields another number of bytes.
        """
        stop = min(stop, self.length)
        index = max(0, bisect_right(self._starts, start) - 1)
        while index < len(self.entries) and start < stop and self._starts[index] < stop:
            yield from self._entry_range(index, start, stop, open_entry)
            index += 1
        if stop > self.directory_start:
            yield from self._directory_range(max(start, self.directory_start), stop)

    def chunks(self, open_entry: OpenEntry) -> Iterator[bytes]:
        """This will yield the whole ZIP."""
        return self.read(0, self.length, open_entry)

    def _entry_range(self, index: int, start: int, stop: int, open_entry: OpenEntry) -> Iterator[bytes]:
        entry, begin = self.entries[index], self._starts[index]
        head = self._local_header(index)
        yield from _cut(head, start - begin, stop - begin)
        begin += len(head)
        first, last = max(0, start - begin), min(entry.size, stop - begin)
        if first >= last:
            return
        if entry.content is not None:
            yield entry.content[first:last]
            return
        missing = last - first
        for piece in open_entry(entry, first, last):
            missing -= len(piece)
            if missing < 0:
                break
            yield piece
        if missing:
            raise ArchiveError(f"“{entry.name}” is not as long as the archive says.")

    def _directory_range(self, start: int, stop: int) -> Iterator[bytes]:
        position = self.directory_start
        block = bytearray()
        block_start = position
        for index in range(len(self.entries)):
            size = self._central_size(index)
            if position + size > start and position < stop:
                if not block:
                    block_start = position
                block += self._central_header(index)
                if len(block) >= CHUNK:
                    yield from _cut(bytes(block), start - block_start, stop - block_start)
                    block = bytearray()
            position += size
        yield from _cut(bytes(block), start - block_start, stop - block_start)
        yield from _cut(self._tail, start - position, stop - position)

    def _local_header(self, index: int) -> bytes:
        entry, name = self.entries[index], self._names[index]
        is_big = entry.size >= _MAX_32
        extra = struct.pack("<HHQQ", 1, 16, entry.size, entry.size) if is_big else b""
        size = _MAX_32 if is_big else entry.size
        version = _VERSION_64 if is_big else _VERSION
        day, time = _dos_time(entry.modified)
        fields = (0x04034B50, version, _UTF8, 0, time, day, entry.crc32, size, size, len(name), len(extra))
        return _LOCAL.pack(*fields) + name + extra

    def _central_header(self, index: int) -> bytes:
        entry, name, offset = self.entries[index], self._names[index], self._starts[index]
        is_big, is_far = entry.size >= _MAX_32, offset >= _MAX_32
        large = ([entry.size, entry.size] if is_big else []) + ([offset] if is_far else [])
        extra = struct.pack(f"<HH{len(large)}Q", 1, 8 * len(large), *large) if large else b""
        size = _MAX_32 if is_big else entry.size
        version = _VERSION_64 if large else _VERSION
        day, time = _dos_time(entry.modified)
        fields = (
            0x02014B50,
            version | _MADE_BY,
            version,
            _UTF8,
            0,
            time,
            day,
            entry.crc32,
            size,
            size,
            len(name),
            len(extra),
        )
        return _CENTRAL.pack(*fields, 0, 0, 0, _MODE, _MAX_32 if is_far else offset) + name + extra

    def _central_size(self, index: int) -> int:
        large = (2 if self.entries[index].size >= _MAX_32 else 0) + (1 if self._starts[index] >= _MAX_32 else 0)
        return _CENTRAL.size + len(self._names[index]) + (4 + 8 * large if large else 0)

    @cached_property
    def _tail(self) -> bytes:
        count, start = len(self.entries), self.directory_start
        size = sum(map(self._central_size, range(count)))
        tail = b""
        if count >= _MAX_16 or size >= _MAX_32 or start >= _MAX_32:
            tail += _END_64.pack(0x06064B50, 44, _VERSION_64 | _MADE_BY, _VERSION_64, 0, 0, count, count, size, start)
            tail += _LOCATOR_64.pack(0x07064B50, 0, start + size, 1)
        short_count = min(count, _MAX_16)
        fields = (0x06054B50, 0, 0, short_count, short_count, min(size, _MAX_32), min(start, _MAX_32), 0)
        return tail + _END.pack(*fields)


def layout(entries: Sequence[ArchiveEntry]) -> ArchiveLayout:
    """This will compute the ZIP of these entries, in this order; put the manifest last. Raises ArchiveError."""
    return ArchiveLayout(entries)


def _encoded(name: str) -> bytes:
    raw = name.encode()
    if not raw or len(raw) > _MAX_16 or name.startswith("/") or ".." in name.split("/") or "\\" in name or "\0" in name:
        raise ArchiveError(f"“{name[:80]}” cannot be a name in an archive.")
    return raw


def _local_extra_size(entry: ArchiveEntry) -> int:
    if entry.size < 0:
        raise ArchiveError(f"“{entry.name}” has no size.")
    return 20 if entry.size >= _MAX_32 else 0


def _dos_time(moment: datetime) -> tuple[int, int]:
    year = min(max(moment.year, 1980), 2107)
    day = (year - 1980) << 9 | moment.month << 5 | moment.day
    return day, moment.hour << 11 | moment.minute << 5 | moment.second // 2


def _cut(block: bytes, start: int, stop: int) -> Iterator[bytes]:
    piece = block[max(0, start) : max(0, stop)]
    if piece:
        yield piece
