"""The door to the engines for the rest of the project: inspect, render, preview, text, merge.

Nothing here parses a template, a row's document or a PDF in the calling process: all of it happens in killable children
(`platform_core.kits.sandbox`). Needs no database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docuai.engines.base import Capabilities, Inspection, Problem, Rendered, RenderOptions, RowResult, VersionSource


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page as PNG, and how many pages the document has."""

    content: bytes
    page: int
    pages: int
    width: int
    height: int


def inspect(
    *,
    engine: str,
    sources: Mapping[str, bytes],
    assets: Mapping[str, bytes] | None = None,
    schema: Mapping[str, Any] | None = None,
    sample: Mapping[str, Any] | None = None,
) -> Inspection:
    """This will read the fields of an upload and list all its problems at once; it raises EngineError only if the child broke down."""
    raise NotImplementedError


def render_one(*, version: VersionSource, row: Mapping[str, Any], options: RenderOptions) -> Rendered:
    """This will render one row; raises EngineError."""
    raise NotImplementedError


def render_rows(
    *, version: VersionSource, rows: Sequence[Mapping[str, Any]], options: RenderOptions
) -> Iterator[RowResult]:
    """This will render rows in order, one result a row, in one round trip; a row that kills its child gets an error, the rest go on."""
    raise NotImplementedError


def preview_png(
    *, version: VersionSource, row: Mapping[str, Any], options: RenderOptions, page: int = 1, dpi: int = 96
) -> PageImage:
    """This will render a row as PDF and give one page (from 1) as PNG; raises EngineError."""
    raise NotImplementedError


def page_png(*, pdf: bytes, page: int = 1, dpi: int = 96) -> PageImage:
    """This will give one page (from 1) of a finished PDF as PNG; raises EngineError."""
    raise NotImplementedError


def text_of(*, pdf: bytes) -> list[str]:
    """This will give the text of each page; raises EngineError."""
    raise NotImplementedError


def merge_pdfs(*, paths: Sequence[Path], out: Path) -> int:
    """This will write all pages of the files, in order, as one PDF and return the number of pages; raises EngineError."""
    raise NotImplementedError


def capabilities(*, engine: str) -> Capabilities:
    """This will say what an engine can give on this machine."""
    raise NotImplementedError


def engine_fingerprint(*, engine: str, format: str = "pdf") -> str:
    """This will name everything that decides the bytes: engine, fonts, converter."""
    raise NotImplementedError


def converter_problems(*, docx: bytes) -> list[Problem]:
    """This will list what the converter to PDF does not honor in this Word file."""
    raise NotImplementedError
