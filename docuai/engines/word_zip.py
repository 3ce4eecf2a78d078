"""Writing a Word file's ZIP by hand.

Entries that are already deflated are copied, dates are fixed, the same parts give the same bytes.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from typing import NamedTuple

STORED, DEFLATED = 0, 8
FIXED_DATE = 0x5C21  # 2026-01-01 as MS-DOS writes it
UTF8_NAMES = 0x800


class Entry(NamedTuple):
    """One file of the archive, ready to be written."""

    name: str
    checksum: int
    size: int
    content: bytes
    method: int = DEFLATED


def entry(name: str, data: bytes, level: int = 6) -> Entry:
    """This will deflate a part; pictures are stored as they are."""
    if name.endswith((".png", ".jpeg", ".jpg", ".gif")):
        return Entry(name, zlib.crc32(data), len(data), data, STORED)
    deflater = zlib.compressobj(level, zlib.DEFLATED, -15)
    return Entry(name, zlib.crc32(data), len(data), deflater.compress(data) + deflater.flush())


def written(entries: Iterable[Entry]) -> bytes:
    """This will write the archive."""
    pieces: list[bytes] = []
    directory: list[bytes] = []
    at = 0
    for item in entries:
        name = item.name.encode()
        sizes = (item.checksum, len(item.content), item.size, len(name), 0)
        head = struct.pack("<4s5H3L2H", b"PK\3\4", 20, UTF8_NAMES, item.method, 0, FIXED_DATE, *sizes) + name
        central = struct.pack(
            "<4s6H3L5H2L", b"PK\1\2", 20, 20, UTF8_NAMES, item.method, 0, FIXED_DATE, *sizes, 0, 0, 0, 0, at
        )
        directory.append(central + name)
        pieces += (head, item.content)
        at += len(head) + len(item.content)
    listing = b"".join(directory)
    count = len(directory)
    pieces += (listing, struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(listing), at, 0))
    return b"".join(pieces)
