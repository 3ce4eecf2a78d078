"""Finished PDFs: page images, text, merging."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from docuai.engines import services
from docuai.engines.base import EngineError, RenderOptions, VersionSource

VERSION = VersionSource(
    "typst", {"en": b'#let row = json("data.json")\n#for name in row.names [#name #pagebreak(weak: true)]'}
)


def pdf(*names: str) -> bytes:
    return services.render_one(version=VERSION, row={"names": list(names)}, options=RenderOptions()).content


def test_a_preview_gives_the_wanted_page_as_png() -> None:
    image = services.preview_png(version=VERSION, row={"names": ["a", "b"]}, options=RenderOptions(), page=2, dpi=72)

    picture = Image.open(io.BytesIO(image.content))
    assert (image.page, image.pages) == (2, 2)
    assert picture.format == "PNG"
    assert picture.size == (image.width, image.height) == (596, 842)


def test_a_page_that_does_not_exist_is_told() -> None:
    with pytest.raises(EngineError) as caught:
        services.page_png(pdf=pdf("a"), page=2)

    assert (caught.value.code, caught.value.params) == ("page_out_of_range", {"page": 2, "pages": 1})


def test_text_comes_page_by_page() -> None:
    assert [page.strip() for page in services.text_of(pdf=pdf("one", "two"))] == ["one", "two"]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 nothing", b"PK\x03\x04"])
def test_what_is_no_pdf_is_refused(content: bytes) -> None:
    with pytest.raises(EngineError) as caught:
        services.text_of(pdf=content)

    assert caught.value.code == "pdf_unreadable"


def test_merging_keeps_order_and_pages(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.pdf" for number in range(3)]
    for number, path in enumerate(paths):
        path.write_bytes(pdf(*(f"d{number}p{page}" for page in range(number + 1))))

    pages = services.merge_pdfs(paths=paths, out=tmp_path / "all.pdf")

    said = [page.strip() for page in services.text_of(pdf=(tmp_path / "all.pdf").read_bytes())]
    assert pages == 6
    assert said == ["d0p0", "d1p0", "d1p1", "d2p0", "d2p1", "d2p2"]


def test_a_broken_file_leaves_no_half_merged_one(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.pdf", tmp_path / "bad.pdf"
    good.write_bytes(pdf("a"))
    bad.write_bytes(b"broken")

    with pytest.raises(EngineError) as caught:
        services.merge_pdfs(paths=[good, bad], out=tmp_path / "all.pdf")

    assert caught.value.code == "pdf_unreadable"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.pdf", "good.pdf"]


def test_merging_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        services.merge_pdfs(paths=[], out=tmp_path / "all.pdf")

    assert caught.value.code == "nothing_to_merge"
