"""Fonts, files and hostile archives for the tests of the engines."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest

from docuai.engines import fonts, services

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session", autouse=True)
def font_folder() -> Iterator[Path]:
    """This will use the fonts that the front-end build put in place, whatever folder the test's data live in."""
    folder = ROOT / "var" / "fonts"
    if not any(folder.glob("*.ttf")):
        pytest.fail("no fonts in var/fonts: run the front-end build (node static/build.mjs) first")
    fonts.use_font_dir(folder)
    yield folder
    services.close()


def word_file(*paragraphs: str) -> bytes:
    """This will make a Word file with these paragraphs."""
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    return saved(document)


def saved(document: object) -> bytes:
    """This will give the bytes of a python-docx document."""
    stream = io.BytesIO()
    document.save(stream)  # type: ignore[attr-defined]
    return stream.getvalue()


def with_parts(raw: bytes, changes: dict[str, bytes | None]) -> bytes:
    """This will replace, add or (None) remove parts of a Word file."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        parts: dict[str, bytes | None] = {name: source.read(name) for name in source.namelist()}
        for name, data in (parts | changes).items():
            if data is not None:
                target.writestr(name, data)
    return out.getvalue()


def part(raw: bytes, name: str = "word/document.xml") -> str:
    """This will read one part of a Word file."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return archive.read(name).decode()


def names(raw: bytes) -> list[str]:
    """This will list the parts of a Word file."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return archive.namelist()
