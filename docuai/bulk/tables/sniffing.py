"""What a file is by its content: the extension is only compared, never believed."""

import json
import re
import zipfile
from pathlib import Path
from typing import BinaryIO

from docuai.bulk.tables.errors import TableError
from docuai.bulk.tables.shapes import Kind

HEAD_BYTES = 64 * 1024
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_SIGNATURES = (
    (b"%PDF", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"\x1f\x8b", "compressed"),
    (b"7z\xbc\xaf", "compressed"),
    (b"Rar!", "compressed"),
    (b"SQLite format 3", "database"),
)
_EXTENSIONS: dict[str, set[str]] = {
    "csv": {"csv", "tsv", "tab", "txt", ""},
    "xlsx": {"xlsx", "xlsm"},
    "json": {"json"},
    "jsonl": {"jsonl", "ndjson"},
}
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def kind_of(path: Path, file_name: str) -> Kind:
    """This will tell the kind of a table file by its content; raises TableError for all that is no table."""
    if path.stat().st_size == 0:
        raise TableError("zero_bytes")
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        if head.startswith(OLE):
            file.seek(0)
            raise TableError("password" if _is_encrypted(file) else "old_office", file_name=file_name)
        if head.startswith(b"PK"):
            return _kind_of_zip(file, file_name)
    _refuse_signatures(head, file_name)
    return _kind_of_text(head, extension_of(file_name))


def extension_of(file_name: str) -> str:
    """This will give the extension in lower case, without the dot."""
    return Path(file_name).suffix[1:].lower()


def extension_fits(kind: Kind, file_name: str) -> bool:
    """This will say whether a file name promises what the content is."""
    return extension_of(file_name) in _EXTENSIONS[kind]


def _refuse_signatures(head: bytes, file_name: str) -> None:
    for signature, found in _SIGNATURES:
        if head.startswith(signature):
            raise TableError("wrong_kind", file_name=file_name, found=found)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:512].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise TableError("wrong_kind", file_name=file_name, found="html")
    if start.startswith(b"<?xml"):
        raise TableError("wrong_kind", file_name=file_name, found="html" if b"<html" in start else "xml")
    if not head.startswith(_BOMS) and not looks_like_utf16(head) and _is_binary(head):
        raise TableError("wrong_kind", file_name=file_name, found="binary")


def looks_like_utf16(head: bytes) -> str | None:
    """This will name UTF-16 without a byte order mark by its pattern of NULs: every second byte of Latin text is one."""
    sample = head[:4096]
    even, odd = sample[0::2], sample[1::2]
    if not odd:
        return None
    even_nulls, odd_nulls = even.count(0) / len(even), odd.count(0) / len(odd)
    if odd_nulls > 0.4 and even_nulls < 0.05:
        return "utf-16-le"
    if even_nulls > 0.4 and odd_nulls < 0.05:
        return "utf-16-be"
    return None


def _is_binary(head: bytes) -> bool:
    controls = len(head) - len(head.translate(None, delete=bytes([*range(9), 11, 12, *range(14, 32), 127])))
    return controls > len(head) * 0.1


def _is_encrypted(file: BinaryIO) -> bool:
    name = "EncryptedPackage".encode("utf-16-le")
    tail = b""
    while block := file.read(1024 * 1024):
        if name in tail + block:
            return True
        tail = block[-len(name) :]
    return False


def _kind_of_zip(file: BinaryIO, file_name: str) -> Kind:
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist()[:5000])
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise TableError("workbook_damaged") from error
    if "xl/workbook.xml" in names or any(name.startswith("xl/worksheets/") for name in names):
        return "xlsx"
    found = "zip"
    for mark, kind in (
        ("xl/workbook.bin", "xlsb"),
        ("word/document.xml", "word"),
        ("ppt/presentation.xml", "slides"),
        ("content.xml", "ods"),
    ):
        if mark in names:
            found = kind
    raise TableError("wrong_kind", file_name=file_name, found=found)


def _kind_of_text(head: bytes, extension: str) -> Kind:
    start = head
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            start = head[len(mark) :].decode(encoding, "replace").encode()
            break
    lines = [line for line in start.lstrip().splitlines() if line.strip()]
    if not lines:
        return "csv"
    if extension in ("jsonl", "ndjson"):
        return "jsonl"
    if re.match(rb"\{\s*(\"|\})", start.lstrip()):
        return "jsonl" if _is_object(lines[0]) and len(lines) > 1 else "json"
    if extension == "json" or re.match(rb"\[\s*(\{\s*[\"}]|\])", start.lstrip()):
        return "json"
    return "csv"


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
