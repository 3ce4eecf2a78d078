"""Picture values of a row: base64, a data address or SVG text, checked by their own headers; never fetched.

SVG becomes PNG for Word.
"""

from __future__ import annotations

import base64
import binascii
import importlib
import re
import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from docuai.engines.base import EngineError

MAX_BYTES = 2 * 1024 * 1024
MAX_PIXELS = 25_000_000
DATA_ADDRESS = re.compile(r"^data:(?P<kind>[\w/+.-]+)?(?:;[\w=-]+)*?(?P<base64>;base64)?,(?P<data>.*)$", re.DOTALL)
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
BLANK = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNgGAUAAAEQAAHuyh9VAAAAAElFTkSuQmCC")
SVG_INCHES = 2


class Picture(NamedTuple):
    """A picture ready to go into a file."""

    content: bytes
    extension: str
    width: int
    height: int


BLANK_PICTURE = Picture(BLANK, "png", 1, 1)


def picture_of(field: str, value: Any) -> Picture:
    """This will read a picture value; raises EngineError."""
    if not isinstance(value, str):
        raise EngineError("picture_unreadable", field=field, detail=type(value).__name__)
    text = value.strip()
    if re.match(r"^(https?|ftp|file):", text, re.IGNORECASE):
        raise EngineError("picture_address", field=field)
    if len(text) > MAX_BYTES * 3 // 2:
        raise EngineError("picture_too_large", field=field, detail=f"{len(text) // 1024} kB")
    return _read(field, text)


@lru_cache(maxsize=32)
def _read(field: str, text: str) -> Picture:
    content = text.encode() if text.startswith(("<svg", "<?xml")) else _decoded(field, text)
    if len(content) > MAX_BYTES:
        raise EngineError("picture_too_large", field=field, detail=f"{len(content) // 1024} kB")
    if b"<svg" in content[:1000]:
        content = _drawn(field, content.decode("utf-8", "replace"))
    size = _size(content)
    if size is None or not all(size[1:]):
        raise EngineError("picture_unreadable", field=field, detail="PNG, JPEG, GIF, SVG")
    extension, width, height = size
    if width * height > MAX_PIXELS:
        raise EngineError("picture_too_large", field=field, detail=f"{width} × {height}")
    return Picture(content, extension, width, height)


def _decoded(field: str, text: str) -> bytes:
    address = DATA_ADDRESS.match(text)
    try:
        if address and not address["base64"]:
            return _percent_decoded(address["data"])
        return base64.b64decode("".join((address["data"] if address else text).split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise EngineError("picture_unreadable", field=field, detail="base64") from error


def _percent_decoded(text: str) -> bytes:
    return bytes(importlib.import_module("urllib.parse").unquote_to_bytes(text))


def _drawn(field: str, svg: str) -> bytes:
    """SVG as PNG by Typst, which resolves nothing outside the text itself."""
    typst = importlib.import_module("typst")
    source = (
        b"#set page(width: auto, height: auto, margin: 0mm, fill: none)\n"
        b'#image(bytes(sys.inputs.svg), format: "svg", height: %din)' % SVG_INCHES
    )
    try:
        return bytes(typst.compile(source, format="png", ppi=300, sys_inputs={"svg": svg}, ignore_system_fonts=True))
    except typst.TypstError as error:
        raise EngineError("picture_unreadable", field=field, detail=error.message[:200]) from error


def _size(content: bytes) -> tuple[str, int, int] | None:
    if content.startswith(PNG) and len(content) > 24:
        width, height = struct.unpack(">II", content[16:24])
        return "png", width, height
    if content[:6] in (b"GIF87a", b"GIF89a") and len(content) > 10:
        width, height = struct.unpack("<HH", content[6:10])
        return "gif", width, height
    if content.startswith(JPEG):
        return next(_jpeg_frames(content), None)
    return None


def _jpeg_frames(content: bytes) -> Iterator[tuple[str, int, int]]:
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            yield "jpeg", width, height
        at += 2 + length
