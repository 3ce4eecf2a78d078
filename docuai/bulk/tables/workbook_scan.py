"""A look at an XLSX file before anything parses it: is it a bomb, and which cells will the parser pass over in silence.

calamine gives an empty cell for an error value and for a formula without a cached value, so both are found in the XML here.
Every part is inflated with a count of our own: sizes in a ZIP are claims.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from xml.etree import ElementTree

from docuai.bulk.tables.errors import TableError
from docuai.bulk.tables.limits import (
    WORKBOOK_MAX_BYTES,
    WORKBOOK_MAX_CELLS,
    WORKBOOK_MAX_ENTRIES,
    WORKBOOK_MAX_FILE_BYTES,
    WORKBOOK_MAX_RATIO,
)

CHUNK = 256 * 1024
MAX_ODD_CELLS = 10_000
_STORED, _DEFLATED = 0, 8
_CELL = re.compile(rb"<(?:\w+:)?c[ />]")
_ERROR = re.compile(
    rb"<(?:\w+:)?c (?=[^>]*\bt=\"e\")[^>]*\br=\"([A-Z]{1,3})(\d{1,7})\"[^>]*>.*?<(?:\w+:)?v>([^<]{0,20})<", re.DOTALL
)
_EMPTY_FORMULA = re.compile(
    rb"<(?:\w+:)?c [^>]*\br=\"([A-Z]{1,3})(\d{1,7})\"[^>]*>\s*"
    rb"<(?:\w+:)?f(?:/>|[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(slots=True)
class Scan:
    """What the look showed: odd cells of each sheet part, by zero-based row and column."""

    errors: dict[str, dict[tuple[int, int], str]] = field(default_factory=dict)
    formulas: dict[str, set[tuple[int, int]]] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)  # sheet name to part


def scan_workbook(content: bytes) -> Scan:
    """This will refuse bombs and damaged files with a TableError, and list the cells that need a word."""
    if len(content) > WORKBOOK_MAX_FILE_BYTES:
        raise TableError("workbook_too_big", number=len(content), limit=WORKBOOK_MAX_FILE_BYTES)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise TableError("workbook_damaged") from error
    _check_directory(entries, len(content))
    scan, cells, total = Scan(), 0, 0
    small: dict[str, bytes] = {}
    for entry in entries:
        is_sheet = entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml")
        is_small = entry.filename in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
        size, tail = 0, b""
        for chunk in _inflated(content, entry):
            size += len(chunk)
            if size > entry.file_size or total + size > WORKBOOK_MAX_BYTES:
                raise TableError("workbook_bytes", number=total + size, limit=WORKBOOK_MAX_BYTES)
            if b"<!DOCTYPE" in tail[-16:] + chunk or b"<\0!\0D\0O\0C" in tail[-16:] + chunk:
                raise TableError("workbook_doctype")
            if is_small:
                small[entry.filename] = small.get(entry.filename, b"") + chunk
            if is_sheet:
                cells += len(_CELL.findall(chunk))
                if cells > WORKBOOK_MAX_CELLS:
                    raise TableError("workbook_cells", limit=WORKBOOK_MAX_CELLS)
                tail = _collect(scan, entry.filename, tail + chunk)
            else:
                tail = chunk[-16:]
        total += size
    scan.parts = _sheet_parts(small)
    return scan


def _check_directory(entries: list[zipfile.ZipInfo], file_bytes: int) -> None:
    if len(entries) > WORKBOOK_MAX_ENTRIES:
        raise TableError("workbook_entries", number=len(entries), limit=WORKBOOK_MAX_ENTRIES)
    names = [entry.filename for entry in entries]
    odd_name = any(".." in name.split("/") or name.startswith("/") or "\\" in name for name in names)
    encrypted = any(entry.flag_bits & 1 for entry in entries)
    unknown = any(entry.compress_type not in (_STORED, _DEFLATED) for entry in entries)
    if len(set(names)) < len(names) or odd_name or encrypted or unknown:
        raise TableError("workbook_damaged")
    declared = sum(entry.file_size for entry in entries)
    if declared > WORKBOOK_MAX_BYTES:
        raise TableError("workbook_bytes", number=declared, limit=WORKBOOK_MAX_BYTES)
    if declared > file_bytes * WORKBOOK_MAX_RATIO:
        raise TableError("workbook_ratio", number=declared // max(1, file_bytes), limit=WORKBOOK_MAX_RATIO)


def _inflated(content: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of an entry, a chunk at a time, whatever size its headers claim."""
    start = entry.header_offset
    head = content[start : start + 30]
    if head[:4] != b"PK\x03\x04":
        raise TableError("workbook_damaged")
    start += 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    raw = memoryview(content)[start : start + entry.compress_size]
    if entry.compress_type == _STORED:
        yield from (bytes(raw[offset : offset + CHUNK]) for offset in range(0, len(raw), CHUNK))
        return
    inflater = zlib.decompressobj(-15)
    pending = bytes(raw)
    try:
        while pending or not inflater.eof:
            chunk = inflater.decompress(pending, CHUNK)
            pending = inflater.unconsumed_tail
            if not chunk and not pending:
                break
            yield chunk
    except zlib.error as error:
        raise TableError("workbook_damaged") from error


def _collect(scan: Scan, part: str, text: bytes) -> bytes:
    """Take the odd cells out of what is complete, and give back the piece that is not."""
    end = text.rfind(b"</")
    end = text.rfind(b"c>", 0, end + 20) + 2 if end >= 0 else 0
    if b'"e"' in text:
        errors = scan.errors.setdefault(part, {})
        for column, row, value in _ERROR.findall(text, 0, end):
            if len(errors) < MAX_ODD_CELLS:
                errors[int(row) - 1, _column_index(column)] = value.decode("utf-8", "replace")
    if b"<f" in text or b":f" in text:
        formulas = scan.formulas.setdefault(part, set())
        for column, row in _EMPTY_FORMULA.findall(text, 0, end):
            if len(formulas) < MAX_ODD_CELLS:
                formulas.add((int(row) - 1, _column_index(column)))
    return text[end:][-CHUNK:]


def _column_index(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1


def _sheet_parts(small: dict[str, bytes]) -> dict[str, str]:
    try:
        book = ElementTree.fromstring(small.get("xl/workbook.xml", b"<none/>"))  # noqa: S314 - no DOCTYPE, size counted
        relations = ElementTree.fromstring(small.get("xl/_rels/workbook.xml.rels", b"<none/>"))  # noqa: S314 - the same
    except ElementTree.ParseError as error:
        raise TableError("workbook_damaged") from error
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    parts = {}
    for sheet in book.iter():
        target = targets.get(sheet.get(_RELATION))
        if sheet.tag.rpartition("}")[2] == "sheet" and target:
            parts[sheet.get("name", "")] = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return parts
