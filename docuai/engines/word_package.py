"""Opening a customer's .docx: what is no Word file, a bomb.

Locked or dangerous is refused or cut out before anything else reads it.

Sizes are checked from the directory first and counted again while inflating. Nothing is fetched, no entity is resolved,
no document type is accepted. What was removed is reported. Runs in the sandbox child.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from lxml import etree

from docuai.engines.base import EngineError, Location, Problem

MAX_UNPACKED_BYTES = 100 * 1024 * 1024
MAX_RATIO, RATIO_MATTERS_BYTES = 100, 1024 * 1024
MAX_ENTRIES = 2000
OLE, ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
OTHER_KINDS = ((b"%PDF", "PDF"), (b"{\\rtf", "RTF"), (b"<!DOCTYPE", "HTML"), (b"<html", "HTML"), (b"<?xml", "XML"))
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
LINK_SCHEMES = frozenset(("http", "https", "mailto", "tel", ""))
REMOVED_KINDS = {
    "oleObject": "embedded_object",
    "package": "embedded_object",
    "control": "embedded_object",
    "activeXControlBinary": "embedded_object",
    "aFChunk": "alternative_chunk",
    "subDocument": "alternative_chunk",
    "attachedTemplate": "attached_template",
    "vbaProject": "macros",
}
DANGEROUS_FIELD = re.compile(
    r"^\s*(INCLUDETEXT|INCLUDEPICTURE|DDEAUTO|DDE|LINK|IMPORT|RD|DATABASE|MACROBUTTON)\b", re.IGNORECASE
)


def w(tag: str) -> str:
    """This will give a WordprocessingML name in the form lxml wants."""
    return f"{{{W}}}{tag}"


@dataclass(slots=True)
class Package:
    """The parts of an opened file by name, in order, and what was found and removed on the way."""

    files: dict[str, bytes]
    document: str
    problems: list[Problem] = field(default_factory=list)


def opened(raw: bytes) -> Package:
    """This will check, unpack and clean a .docx; raises EngineError for what cannot be used at all."""
    refuse_other_kinds(raw)
    files = unpacked(raw)
    for name in files:
        if is_xml(name):
            refuse_doctype(name, files[name])
    package = Package(files, _main_document(files))
    _clean_relationships(package)
    for name in [name for name in package.files if name.startswith("word/") and name.endswith(".xml")]:
        _remove_fields(package, name)
    return package


def refuse_other_kinds(raw: bytes) -> None:
    """This will name what the file really is, if it is no ZIP; raises EngineError."""
    if not raw.strip(b"\0 \r\n\t"):
        raise EngineError("empty_file")
    if raw.startswith(OLE):
        raise EngineError("old_or_encrypted")
    head = raw[:512].lstrip().removeprefix(b"\xef\xbb\xbf")
    for start, kind in OTHER_KINDS:
        if head[: len(start)].lower() == start.lower():
            raise EngineError("wrong_type", kind=kind)
    if not raw.startswith(ZIP):
        raise EngineError("wrong_type_unknown")


def unpacked(raw: bytes) -> dict[str, bytes]:
    """This will unpack the archive within its limits; raises EngineError."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            entries = archive.infolist()
            _check_directory(entries, len(raw))
            return {entry.filename: _inflated(archive, entry) for entry in entries if not entry.is_dir()}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise EngineError("broken_file", detail=str(error)[:200]) from error


def _check_directory(entries: list[zipfile.ZipInfo], packed_bytes: int) -> None:
    if len(entries) > MAX_ENTRIES:
        raise EngineError("zip_bomb", detail=f"{len(entries)} > {MAX_ENTRIES}")
    total, seen = 0, set()
    for entry in entries:
        name = entry.filename
        if entry.flag_bits & 0x1:
            raise EngineError("old_or_encrypted")
        if name.lower() in seen or name.startswith("/") or "\\" in name or ".." in name.split("/") or ":" in name:
            raise EngineError("unsafe_entry", entry=name[:120])
        seen.add(name.lower())
        total += entry.file_size
        ratio = entry.file_size / max(1, entry.compress_size)
        if entry.file_size > RATIO_MATTERS_BYTES and ratio > MAX_RATIO:
            raise EngineError("zip_bomb", detail=f"{name}: {ratio:.0f} : 1")
    if total > MAX_UNPACKED_BYTES or (total > RATIO_MATTERS_BYTES and total > packed_bytes * MAX_RATIO):
        raise EngineError("zip_bomb", detail=f"{total / 1024**2:.0f} MB")


def _inflated(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as stream:
        data = stream.read(entry.file_size + 1)
    if len(data) != entry.file_size:
        raise EngineError("broken_file", detail=entry.filename[:120])
    return data


def is_xml(name: str) -> bool:
    """This will say whether a part is XML by its name."""
    return name.endswith((".xml", ".rels"))


def refuse_doctype(name: str, data: bytes) -> None:
    """This will refuse a document type declaration in any encoding; raises EngineError."""
    head = data[:4]
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head
    text = data.decode("utf-16", "ignore").encode() if wide else data
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise EngineError("doctype", part=name)


def parsed(name: str, data: bytes) -> etree._Element:
    """This will parse a part without entities, network or document types; raises EngineError."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise EngineError("broken_file", detail=f"{name}: {error}"[:200]) from error
    if getattr(root.getroottree().docinfo, "doctype", ""):
        raise EngineError("doctype", part=name)
    return root


def serialized(root: etree._Element) -> bytes:
    """This will write a part again."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)


def rels_name(part: str) -> str:
    """This will name the part that holds a part's relationships."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", name + ".rels")


def target_of(part: str, target: str) -> str:
    """This will resolve a relationship's target to a part's name."""
    return (
        target.lstrip("/")
        if target.startswith("/")
        else posixpath.normpath(posixpath.join(posixpath.dirname(part), target))
    )


def _main_document(files: dict[str, bytes]) -> str:
    types = files.get("[Content_Types].xml")
    if types is None or "_rels/.rels" not in files:
        raise EngineError("wrong_type", kind="ZIP")
    root = parsed("[Content_Types].xml", types)
    kinds = {
        override.get("ContentType", ""): override.get("PartName", "").lstrip("/")
        for override in root.iter(f"{{{TYPES}}}Override")
    }
    if any("macroEnabled" in kind for kind in kinds) or any("vbaProject" in name for name in files):
        raise EngineError("macros")
    if MAIN_TYPE in kinds and kinds[MAIN_TYPE] in files:
        return kinds[MAIN_TYPE]
    for mark, kind in (
        ("spreadsheetml", "Excel (.xlsx)"),
        ("presentationml", "PowerPoint (.pptx)"),
        ("template.main", "Word (.dotx)"),
    ):
        if any(mark in found for found in kinds):
            raise EngineError("wrong_type", kind=kind)
    raise EngineError("wrong_type", kind="ZIP")


def _clean_relationships(package: Package) -> None:
    for rels in [name for name in package.files if name.endswith(".rels")]:
        folder, name = posixpath.split(rels)
        part = posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))
        root, dropped = parsed(rels, package.files[rels]), set()
        for link in list(root):
            problem = _reason_to_drop(link, part)
            if problem is None:
                continue
            package.problems.append(problem)
            dropped.add(link.get("Id", ""))
            if link.get("TargetMode") != "External":
                package.files.pop(target_of(part, link.get("Target", "")), None)
            root.remove(link)
        if dropped:
            package.files[rels] = serialized(root)
            if part in package.files and is_xml(part):
                _cut_references(package, part, dropped)
    _forget_types(package)


def _reason_to_drop(link: etree._Element, part: str) -> Problem | None:
    kind, target = link.get("Type", "").rsplit("/", 1)[-1], link.get("Target", "")
    external, location = link.get("TargetMode") == "External", Location(part=part)
    if kind in REMOVED_KINDS:
        code = REMOVED_KINDS[kind]
        return Problem("warning", code, {"target": target[:200], "part": target[:200]}, location)
    if not external:
        return None
    try:
        scheme = urlsplit(target).scheme.lower()
    except ValueError:
        scheme = "?"
    if kind == "hyperlink" and scheme in LINK_SCHEMES and not target.startswith(("\\\\", "//")):
        return None
    return Problem("warning", "external_link", {"target": target[:200]}, location)


def _cut_references(package: Package, part: str, dropped: set[str]) -> None:
    """An element that points at a removed relationship goes too: Word calls the file damaged otherwise."""
    root = parsed(part, package.files[part])
    for element in list(root.iter(etree.Element)):
        names = [
            name for name, value in element.attrib.items() if str(name).startswith(f"{{{R}}}") and value in dropped
        ]
        if not names or element.getparent() is None:
            continue
        if element.tag == w("hyperlink"):
            for name in names:
                del element.attrib[name]
            continue
        holder = next(
            (up for up in element.iterancestors() if up.tag in (w("object"), w("drawing"), w("pict"))), element
        )
        parent = holder.getparent()
        if parent is not None:
            parent.remove(holder)
    package.files[part] = serialized(root)


def _forget_types(package: Package) -> None:
    """Content types of parts that are no longer there."""
    root = parsed("[Content_Types].xml", package.files["[Content_Types].xml"])
    gone = [
        over for over in root.iter(f"{{{TYPES}}}Override") if over.get("PartName", "").lstrip("/") not in package.files
    ]
    for override in gone:
        root.remove(override)
    if gone:
        package.files["[Content_Types].xml"] = serialized(root)


def _remove_fields(package: Package, part: str) -> None:
    """Fields that load something from outside: their code goes, the last result stays as text."""
    data = package.files[part]
    if b"instrText" not in data and b"fldSimple" not in data:
        return
    root, found = parsed(part, data), []
    for simple in [e for e in root.iter(w("fldSimple")) if DANGEROUS_FIELD.match(e.get(w("instr"), ""))]:
        found.append(simple.get(w("instr"), "").strip())
        _unwrap(simple)
    for instruction, pieces in _complex_fields(root):
        if DANGEROUS_FIELD.match(instruction):
            found.append(instruction.strip())
            for piece in pieces:
                parent = piece.getparent()
                if parent is not None:
                    parent.remove(piece)
    if found:
        package.files[part] = serialized(root)
        package.problems += [
            Problem("warning", "dangerous_field", {"field": name[:120]}, Location(part=part)) for name in found
        ]


def _complex_fields(root: etree._Element) -> Iterator[tuple[str, list[etree._Element]]]:
    """Each field's code, and the elements that make it a field (begin, code, separate, end)."""
    stack: list[tuple[list[str], list[etree._Element]]] = []
    for element in list(root.iter(w("fldChar"), w("instrText"))):
        kind = element.get(w("fldCharType"))
        if kind == "begin":
            stack.append(([], [element]))
        elif stack:
            stack[-1][1].append(element)
            if element.tag == w("instrText"):
                stack[-1][0].append(element.text or "")
            elif kind == "end":
                codes, pieces = stack.pop()
                yield "".join(codes), pieces


def _unwrap(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    at = parent.index(element)
    for child in reversed(list(element)):
        parent.insert(at, child)
    parent.remove(element)
