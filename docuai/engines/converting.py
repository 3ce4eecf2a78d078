"""Word to PDF by the best converter present.

LibreOffice where it is installed, else the `dxpdf` wheel with metric twins of Office fonts.

Runs in the sandbox child: no network, own profile. Fonts are renamed in the copy that is converted, so nothing depends
on the machine. `dxpdf` draws a box for a character that a face lacks and says nothing: characters are checked before.
"""

from __future__ import annotations

import importlib
import io
import os
import re
import shutil
import subprocess
import tempfile
import unicodedata
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from docuai.engines import fonts, word_package
from docuai.engines.base import EngineError, Location
from docuai.engines.word_features import SYMBOLS, runs_with_fonts
from docuai.engines.word_package import w

OFFICE_PLACES = ("/usr/lib/libreoffice/program/soffice", "/opt/libreoffice/program/soffice", "/usr/local/bin/soffice")
OFFICE_SECONDS = 120
OFFICE_FILTER = (
    'pdf:writer_pdf_Export:{{"SelectPdfVersion":{{"type":"long","value":"{version}"}},'
    '"PDFUACompliance":{{"type":"boolean","value":"{ua}"}}}}'
)
FONT_ATTRIBUTE = re.compile(rb'\b(w:ascii|w:hAnsi|w:cs|w:eastAsia|typeface)="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Converter:
    """A converter on this machine. `batch` is how many documents it takes at once."""

    name: str
    version: str
    path: str
    pdf_a: bool
    deterministic: bool
    batch: int


@cache
def converter() -> Converter | None:
    """This will find the best converter; none if there is none."""
    office = _office()
    if office:
        return Converter("LibreOffice", _office_version(office), office, pdf_a=True, deterministic=False, batch=20)
    try:
        release = importlib.import_module("importlib.metadata").version("dxpdf")
    except ImportError:
        return None
    return Converter("dxpdf", release, "", pdf_a=False, deterministic=True, batch=1)


def converted(docx: bytes, *, pdf_a: bool) -> bytes:
    """This will convert one Word file; raises EngineError."""
    result = converted_all([docx], pdf_a=pdf_a)[0]
    if isinstance(result, EngineError):
        raise result
    return result


def converted_all(documents: Sequence[bytes], *, pdf_a: bool) -> list[bytes | EngineError]:
    """This will convert several Word files in one go and give a PDF or an error for each."""
    found = converter()
    if found is None:
        return [EngineError("converter_missing") for _ in documents]
    if found.path:
        return _by_office(found.path, documents, pdf_a=pdf_a)
    return [_by_dxpdf(document) for document in documents]


def with_twins(docx: bytes) -> bytes:
    """This will rename the fonts of a copy to faces that we ship, and take text out of content controls, where it is lost."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in word_package.unpacked(docx).items():
            if name.endswith(".xml") and name.startswith("word/"):
                data = FONT_ATTRIBUTE.sub(_renamed, _without_controls(name, data))
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _without_controls(name: str, data: bytes) -> bytes:
    """`dxpdf` drops what stands in a content control inside a paragraph: the content takes the control's place."""
    if b"<w:sdt>" not in data:
        return data
    root = word_package.parsed(name, data)
    for control in list(root.iter(w("sdt"))):
        content, parent = control.find(w("sdtContent")), control.getparent()
        if parent is None:
            continue
        at = parent.index(control)
        for child in reversed(list(content) if content is not None else []):
            parent.insert(at, child)
        parent.remove(control)
    return word_package.serialized(root)


def check_glyphs(docx: bytes) -> None:
    """This will refuse a document with a character that its face lacks; raises EngineError."""
    for part, font, text in runs_with_fonts(word_package.unpacked(docx)):
        if font in SYMBOLS or text.isascii():
            continue
        covered = fonts.coverage(fonts.twin_of(font))
        for character in text:
            if ord(character) not in covered and not _invisible(character):
                location = Location(part=part, snippet=text.strip()[:120])
                raise EngineError(
                    "missing_glyph", location=location, character=character, codepoint=f"U+{ord(character):04X}"
                )


def prepare_fonts() -> None:
    """This will show `dxpdf` our font folder: it looks in $XDG_DATA_HOME/fonts."""
    home = Path.cwd() / "data"
    home.mkdir(exist_ok=True)
    if not (home / "fonts").exists():
        (home / "fonts").symlink_to(fonts.font_dir())
    os.environ["XDG_DATA_HOME"] = str(home)


def _invisible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cf", "Cc", "Zs")


def _renamed(match: re.Match[bytes]) -> bytes:
    font = match[2].decode(errors="replace")
    twin = font if font in SYMBOLS or font.startswith("+") else fonts.twin_of(font)
    return match[1] + b'="' + twin.encode() + b'"'


def _by_dxpdf(docx: bytes) -> bytes | EngineError:
    try:
        return bytes(_dxpdf().convert(with_twins(docx)))
    except MemoryError:
        raise
    except Exception as error:
        return EngineError("converter_failed", detail=str(error)[:200])


@cache
def _dxpdf() -> Any:
    prepare_fonts()
    return importlib.import_module("dxpdf")


def _office() -> str:
    """$SOFFICE decides where it is set; else the usual names and places."""
    if chosen := os.environ.get("SOFFICE"):
        return chosen
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((path for path in OFFICE_PLACES if os.path.exists(path)), "")


def _office_version(path: str) -> str:
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=OFFICE_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "?"
    found = re.search(r"\d+(\.\d+)+", done.stdout)
    return found[0] if found else "?"


def _by_office(path: str, documents: Sequence[bytes], *, pdf_a: bool) -> list[bytes | EngineError]:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        for number, document in enumerate(documents):
            (folder / f"{number}.docx").write_bytes(document)
        target = OFFICE_FILTER.format(version=3 if pdf_a else 0, ua=str(pdf_a).lower())
        command = [
            path,
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--norestore",
            "--nolockcheck",
            "--nodefault",
            "--convert-to",
            target,
            "--outdir",
            name,
            *(str(folder / f"{number}.docx") for number in range(len(documents))),
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=OFFICE_SECONDS, check=False)
            said = done.stderr
        except subprocess.TimeoutExpired:
            said = "timeout"
        files = [folder / f"{number}.pdf" for number in range(len(documents))]
        return [
            file.read_bytes() if file.exists() else EngineError("converter_failed", detail=said[-200:])
            for file in files
        ]
