"""What a file is, told by its content. The name only chooses between kinds of text, which bytes cannot tell apart."""

import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from platform_core.files.errors import WrongTypeError

HEAD = 1 << 16
MAX_ENTRIES = 20_000
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "jsonl": "application/x-ndjson",
    "text": "text/plain",
    "xlsx": f"{OFFICE}.spreadsheetml.sheet",
    "docx": f"{OFFICE}.wordprocessingml.document",
    "zip": "application/zip",
    "pdf": "application/pdf",
    "png": "image/png",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
}
MAGIC = ((b"%PDF-", "pdf"), (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF8", "gif"))
TEXTS = frozenset(["csv", "json", "jsonl", "text"])
NAMED = {"csv": "csv", "tsv": "csv", "json": "json", "jsonl": "jsonl", "ndjson": "jsonl"}
CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x0c\x1b"))
NAMES = {
    "csv": "CSV",
    "json": "JSON",
    "jsonl": "JSON Lines",
    "text": "TXT",
    "xlsx": "XLSX",
    "docx": "DOCX",
    "zip": "ZIP",
}


@dataclass(frozen=True, slots=True)
class Sniffed:
    """The kind, and the content type that the file is kept and served with."""

    kind: str
    content_type: str


def sniff(path: Path, *, name: str, kinds: Iterable[str]) -> Sniffed:
    """This will say what the file is; raises WrongTypeError with what to do where it is none of ``kinds``."""
    wanted = frozenset(kinds)
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(OLE):
        raise WrongTypeError(_office_hint(path))
    kind = _binary(path, head) or (_text(head, name) if _is_text(head) else "")
    if kind not in wanted:
        raise WrongTypeError(_hint(kind, wanted))
    return Sniffed(kind, TYPES[kind])


def _binary(path: Path, head: bytes) -> str:
    for magic, kind in MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    return _package(path) if head.startswith((b"PK\x03\x04", b"PK\x05\x06")) else ""


def _package(path: Path) -> str:
    """Office files are ZIP files: their parts say which. Only the list of parts is read, nothing is unpacked."""
    try:
        with zipfile.ZipFile(path) as package:
            names = {entry.filename for entry in package.infolist()[:MAX_ENTRIES]}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise WrongTypeError(_("The file is damaged or was cut off. Save it again and upload it again.")) from None
    if "xl/workbook.xml" in names:
        return "xlsx"
    return "docx" if "word/document.xml" in names else "zip"


def _is_text(head: bytes) -> bool:
    """UTF-16 has a BOM or a NUL in every other byte; of all else, one byte in a hundred may be a control character."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return True
    if head and max(head[::2].count(0), head[1::2].count(0)) > len(head) * 0.2 and head.count(0) < len(head) * 0.6:
        return True
    strange = len(head) - len(head.translate(None, CONTROLS))
    return bool(head) and strange * 100 <= len(head)


def _text(head: bytes, name: str) -> str:
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1]
    kind = NAMED.get(name.rpartition(".")[2].lower(), "text")
    if kind in ("json", "jsonl") and start not in (b"{", b"["):
        return "text"
    return kind


def _office_hint(path: Path) -> str:
    with path.open("rb") as file:
        directory = file.read(1 << 20)
    if "EncryptedPackage".encode("utf-16-le") in directory:
        return _("The file is protected by a password. Remove the password in Word or Excel and upload it again.")
    return _("This is a file of an old Office version (.doc, .xls). Save it as .docx or .xlsx and upload it again.")


def _hint(kind: str, wanted: frozenset[str]) -> str:
    known = ", ".join(dict.fromkeys(NAMES.get(name, name.upper()) for name in TYPES if name in wanted))
    if kind:
        text = _("The content of this file is %(kind)s. Upload one of these: %(known)s.")
        return text % {"kind": NAMES.get(kind, kind.upper()), "known": known}
    return _("The content of this file is of an unknown kind. Upload one of these: %(known)s.") % {"known": known}
