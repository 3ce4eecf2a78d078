"""Word to PDF: the converter that is present, what it cannot do is told, a missing character is refused, nothing leaves the machine."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest

from docuai.engines import children, converting, fonts, services
from docuai.engines.base import EngineError, RenderOptions, RowResult, VersionSource
from platform_core.kits.sandbox.pool import Limits, Sandbox
from tests.docuai.engines.conftest import part, saved, with_parts, word_file


def as_pdf(raw: bytes, *values: str) -> list[RowResult]:
    version = VersionSource("word", {"en": raw})
    rows = [{"name": value} for value in values]
    return list(services.render_rows(version=version, rows=rows, options=RenderOptions(with_text=True)))


def notices(raw: bytes) -> list[str]:
    found = services.inspect(engine="word", sources={"en": raw})
    return [problem.code for problem in found.problems if problem.severity == "notice"]


def with_font(font: str, text: str = "{{ name }}") -> bytes:
    document = docx.Document()
    document.add_paragraph().add_run(text).font.name = font
    return saved(document)


def test_word_becomes_pdf_with_the_same_text_and_the_same_bytes() -> None:
    raw = word_file("Dear {{ name }}, welcome & thanks")

    first, second = as_pdf(raw, "Łukasz & Ngọc", "Íñigo")
    services.close()
    (again,) = as_pdf(raw, "Łukasz & Ngọc")

    assert first.rendered is not None
    assert second.rendered is not None
    assert again.rendered is not None
    assert first.rendered.content.startswith(b"%PDF")
    assert "Dear Łukasz & Ngọc, welcome & thanks" in str(first.rendered.text)
    assert "Íñigo" in str(second.rendered.text)
    assert first.rendered.content == again.rendered.content
    assert first.rendered.engine_fingerprint == services.engine_fingerprint(engine="word", format="pdf")


def test_a_character_that_the_face_lacks_is_refused_before_a_box_is_drawn() -> None:
    good, bad = as_pdf(with_font("Georgia"), "Ana", "Ana 王")

    assert good.error is None
    assert bad.error is not None
    assert (bad.error.code, bad.error.params) == ("missing_glyph", {"character": "王", "codepoint": "U+738B"})
    assert bad.error.location.snippet == "Ana 王"


def test_marks_of_direction_and_soft_hyphens_need_no_glyph() -> None:
    (result,) = as_pdf(with_font("Georgia"), "A\u00adna\u200e \u2066x\u2069\u00a0y")

    assert result.error is None


def test_what_the_converter_lacks_is_told_for_this_file() -> None:
    document = docx.Document()
    run = document.add_paragraph().add_run("{{ name }}")
    run.font.name, run.font.all_caps = "Verdana", True
    raw = saved(document)
    borders = '<w:pgBorders><w:top w:val="single" w:sz="4" w:space="1" w:color="auto"/></w:pgBorders>'
    xml = re.sub(r"(<w:sectPr[^>]*>)", rf"\g<1>{borders}", part(raw))
    bordered = with_parts(raw, {"word/document.xml": xml.encode()})

    assert {"converter_no_standards", "converter_no_tags", "converter_caps", "font_substituted"} <= set(notices(raw))
    assert "converter_page_borders" not in notices(raw)
    assert "converter_page_borders" in notices(bordered)


def test_text_in_content_controls_and_footnotes_is_kept() -> None:
    raw = word_file("{{ name }}")
    inline = "<w:p><w:sdt><w:sdtContent><w:r><w:t>inline control</w:t></w:r></w:sdtContent></w:sdt></w:p>"
    block = "<w:sdt><w:sdtContent><w:p><w:r><w:t>block {{ name }}</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    xml = part(raw).replace("<w:sectPr", inline + block + "<w:sectPr", 1)

    (result,) = as_pdf(with_parts(raw, {"word/document.xml": xml.encode()}), "Zoë")

    assert result.rendered is not None
    assert str(result.rendered.text).split() == ["Zoë", "inline", "control", "block", "Zoë"]


@pytest.mark.parametrize(
    ("font", "twin"),
    [
        ("Georgia", "Gelasio"), ("Calibri", "Carlito"), ("Arial", "Arimo"), ("Times New Roman", "Tinos"), ("Courier New", "Cousine"),
        ("Inter", "Inter"), ("Cambria", "Gelasio"), ("Consolas", "Cousine"), ("Aptos", "Carlito"),
    ],
)  # fmt: skip
def test_each_font_has_a_stand_in_that_we_ship(font: str, twin: str) -> None:
    assert fonts.twin_of(font) == twin
    assert ord("ñ") in fonts.coverage(twin)


def test_fonts_are_renamed_in_the_copy_only() -> None:
    raw = with_font("Georgia")

    assert 'w:ascii="Gelasio"' in part(converting.with_twins(raw))
    assert 'w:ascii="Georgia"' in part(raw)


OFFICE = """#!{python}
import pathlib, sys, zipfile
here = pathlib.Path(__file__).parent
if sys.argv[1] == "--version":
    print("LibreOffice 24.8.1.2 abc")
    sys.exit()
with (here / "calls").open("a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
out = pathlib.Path(sys.argv[sys.argv.index("--outdir") + 1])
for path in map(pathlib.Path, sys.argv):
    if path.suffix == ".docx" and b"BREAK" not in zipfile.ZipFile(path).read("word/document.xml"):
        (out / path.with_suffix(".pdf").name).write_bytes((here / "page.pdf").read_bytes())
"""


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A stand-in for LibreOffice: notes how it was called, makes a PDF of each file but those that it breaks on."""
    version = VersionSource("typst", {"en": b"from office"})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        pdf = services.render_one(version=version, row={}, options=RenderOptions()).content
        (folder / "page.pdf").write_bytes(pdf)
        (folder / "calls").touch()
        (folder / "calls").chmod(0o666)
        program = folder / "soffice"
        program.write_text(OFFICE.format(python=sys.executable))
        program.chmod(0o755)
        config = {"font_dir": str(fonts.font_dir()), "office": str(program)}
        sandbox = Sandbox(children.HANDLER, Limits(memory_bytes=0, wall_seconds=60), config=config)
        monkeypatch.setattr(children, "slow", lambda: sandbox)
        yield folder
        sandbox.close()


def test_libreoffice_is_preferred_and_takes_a_batch_at_once(office: Path) -> None:
    results = as_pdf(word_file("{{ name }}"), "a", "b", "BREAK", "d")

    assert [result.error.code if result.error else str(result.rendered and result.rendered.text).strip() for result in results] == [
        "from office", "from office", "converter_failed", "from office",
    ]  # fmt: skip
    assert results[0].rendered is not None
    assert "LibreOffice 24.8.1.2" in results[0].rendered.engine_fingerprint
    (call,) = (office / "calls").read_text().splitlines()
    assert call.count(".docx") == 4
    assert "-env:UserInstallation=file:///" in call
    assert '"SelectPdfVersion":{"type":"long","value":"3"}' in call


def test_without_any_converter_word_still_gives_word() -> None:
    error = EngineError("converter_missing")

    assert "LibreOffice" in error.hint
