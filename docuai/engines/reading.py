"""Reading finished PDFs: number of pages, text, page images, merging. Runs in the sandbox child."""

from __future__ import annotations

import importlib
import io
from functools import cache
from typing import Any

from docuai.engines.base import EngineError

MAX_PIXELS = 40_000_000


@cache
def _pdfium() -> Any:
    return importlib.import_module("pypdfium2")


def opened(pdf: bytes) -> Any:
    """This will open a PDF; raises EngineError."""
    try:
        return _pdfium().PdfDocument(pdf)
    except _pdfium().PdfiumError as error:
        raise EngineError("pdf_unreadable") from error


def text_of_pages(document: Any) -> list[str]:
    """This will give the text of each page."""
    texts = []
    for page in document:
        text_page = page.get_textpage()
        texts.append(text_page.get_text_bounded())
        text_page.close()
        page.close()
    return texts


def pages_and_text(pdf: bytes, *, with_text: bool) -> tuple[int, str | None]:
    """This will count the pages and, if wanted, read the text with a form feed between pages; raises EngineError."""
    document = opened(pdf)
    try:
        return len(document), "\f".join(text_of_pages(document)) if with_text else None
    finally:
        document.close()


def page_image(pdf: bytes, number: int, dpi: int) -> tuple[dict[str, int], bytes]:
    """This will draw one page (from 1) as PNG; raises EngineError."""
    document = opened(pdf)
    try:
        if not 1 <= number <= len(document):
            raise EngineError("page_out_of_range", page=number, pages=len(document))
        page = document[number - 1]
        width, height = page.get_size()
        scale = max(10, min(dpi, 400)) / 72
        if width * height * scale * scale > MAX_PIXELS:
            scale = (MAX_PIXELS / (width * height)) ** 0.5
        image = page.render(scale=scale).to_pil()
        out = io.BytesIO()
        image.convert("RGB").save(out, "PNG", compress_level=3)
        return {"page": number, "pages": len(document), "width": image.width, "height": image.height}, out.getvalue()
    finally:
        document.close()


class Merging:
    """PDFs put one after another into one file; a child keeps it between calls."""

    def __init__(self) -> None:
        self.document = _pdfium().PdfDocument.new()

    def add(self, pdf: bytes) -> None:
        """This will append all pages of a PDF; raises EngineError."""
        source = opened(pdf)
        self.document.import_pages(source)
        source.close()

    def finish(self) -> tuple[int, bytes]:
        """This will give the number of pages and the file."""
        out = io.BytesIO()
        self.document.save(out)
        pages = len(self.document)
        self.document.close()
        return pages, out.getvalue()
