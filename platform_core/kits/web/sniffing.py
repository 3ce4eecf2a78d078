"""What a file is, told by its content: the one door for all that people bring. The name only chooses between kinds of text.

Uploads in pieces, files of forms and of the API, pictures, lists and templates all ask here first. Markup that a browser
would run (HTML, SVG, XML) is a kind of its own, whatever it calls itself, and no purpose takes it.
"""

import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

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
PICTURES = frozenset(["png", "jpeg", "webp"])
NAMED = {"csv": "csv", "tsv": "csv", "json": "json", "jsonl": "jsonl", "ndjson": "jsonl"}
CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x0c\x1b"))
# What browsers take for a page (https://mimesniff.spec.whatwg.org/#identifying-a-resource-with-an-unknown-mime-type)
MARKUP = re.compile(
    rb"<(?:(!doctype\s+html|html|head|body|script|iframe|style|title|table|h1|div|font|img|meta|link|base|form|object"
    rb"|embed|a|b|br|p|!--)|(svg|!doctype\s+svg)|(\?xml|!doctype|!entity))[\s>/:?]"
)
NAMES = {
    "csv": "CSV",
    "json": "JSON",
    "jsonl": "JSON Lines",
    "text": "TXT",
    "xlsx": "XLSX",
    "docx": "DOCX",
    "zip": "ZIP",
}


class WrongContentError(Exception):
    """The content is none of the wanted kinds; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Sniffed:
    """The kind, and the content type that the file is kept and served with."""

    kind: str
    content_type: str


def sniff(file: BinaryIO, *, name: str, kinds: Iterable[str]) -> Sniffed:
    """This will say what the file is; raises WrongContentError with what to do where it is none of ``kinds``."""
    wanted = frozenset(kinds)
    file.seek(0)
    head = file.read(HEAD)
    if head.startswith(OLE):
        raise WrongContentError(_office_hint(file))
    kind = _binary(file, head) or (_text(head, name) if _is_text(head) else "")
    file.seek(0)
    if kind not in wanted:
        raise WrongContentError(_hint(kind, wanted))
    return Sniffed(kind, TYPES[kind])


def kind_of(content: bytes) -> str:
    """This will name the kind of what needs no more than its first bytes to be told: pictures, PDF, markup; else ''."""
    return _magic(content) or markup_in(content[:HEAD])


def markup_in(head: bytes) -> str:
    """This will say ``html``, ``svg`` or ``xml`` of what a browser could run, whatever its encoding; else ''."""
    start = head[:8192].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x0c")
    found = MARKUP.match(start.lower() + b" ")
    if found is None:
        return ""
    if found[3]:
        inner = start.lower()
        return "svg" if b"<svg" in inner else "html" if b"<html" in inner else "xml"
    return "svg" if found[2] else "html"


def _magic(head: bytes) -> str:
    for magic, kind in MAGIC:
        if head.startswith(magic):
            return kind
    return "webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else ""


def _binary(file: BinaryIO, head: bytes) -> str:
    return _magic(head) or (_package(file) if head.startswith((b"PK\x03\x04", b"PK\x05\x06")) else "")


def _package(file: BinaryIO) -> str:
    """Office files are ZIP files: their parts say which. Only the list of parts is read, nothing is unpacked."""
    try:
        with zipfile.ZipFile(file) as package:
            names = {entry.filename for entry in package.infolist()[:MAX_ENTRIES]}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise WrongContentError(_("The file is damaged or was cut off. Save it again and upload it again.")) from None
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
    if markup := markup_in(head):
        return markup
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")[:1]
    kind = NAMED.get(name.rpartition(".")[2].lower(), "text")
    if kind in ("json", "jsonl") and start not in (b"{", b"["):
        return "text"
    return kind


def _office_hint(file: BinaryIO) -> str:
    file.seek(0)
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
