"""The starters: every sample in both languages, the same bytes, standards, QR codes, what must be refused; the Word files as built."""

from __future__ import annotations

import io
import re
import unicodedata
from copy import deepcopy
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pikepdf
import pytest
import zxingcpp
from PIL import Image

from docuai.engines import services
from docuai.engines.base import EngineError, Rendered, RenderOptions, VersionSource
from docuai.engines.word_features import document_text
from docuai.library.starters import STARTERS, Starter, starter
from docuai.library.starters.build.__main__ import built
from tests.docuai.engines.conftest import part

SAMPLES = ("en", "es", "worst")
PAGES = {"certificate": (1, 1, 1), "contract": (2, 2, 3), "invoice": (1, 1, 4), "letter": (1, 1, 2)}
EVERY = [pytest.param(item, name, id=f"{item.slug}-{name}") for item in STARTERS for name in SAMPLES]
TYPST = [pytest.param(item, id=item.slug) for item in STARTERS if item.engine == "typst"]


def version(item: Starter) -> VersionSource:
    return VersionSource(item.engine, item.sources(), {}, item.schema())


def render(item: Starter, row: dict[str, Any], **options: Any) -> Rendered:
    return services.render_one(version=version(item), row=row, options=RenderOptions(with_text=True, **options))


def squashed(text: str) -> str:
    return re.sub(r"[\s\u00ad\u2010\ufffe\x02-]+", "", unicodedata.normalize("NFKC", text)).casefold()


def names_in(row: dict[str, Any]) -> list[str]:
    places = [row.get("name"), row.get("number"), row.get("subject"), row.get("position"), row.get("course")]
    places += [
        row[key]["name"] for key in ("employee", "employer", "buyer", "seller", "recipient", "signer") if key in row
    ]
    places += [line["description"] for line in row.get("lines", [])]
    return [place for place in places if place]


@pytest.mark.parametrize(("item", "name"), EVERY)
def test_a_sample_fits_its_schema_and_comes_out_whole(item: Starter, name: str) -> None:
    row = item.sample(name)
    jsonschema.Draft202012Validator(item.schema()).validate(row)

    result = render(item, row)

    text = squashed(result.text or "")
    assert result.pages == PAGES[item.kind][SAMPLES.index(name)]
    assert [value for value in names_in(row) if squashed(value) not in text] == []
    assert result.warnings == ()
    assert result.language == row["lang"]


@pytest.mark.parametrize("item", [pytest.param(item, id=item.slug) for item in STARTERS])
def test_inspection_finds_nothing_to_correct(item: Starter) -> None:
    for name in ("en", "es"):
        found = services.inspect(
            engine=item.engine, sources=item.sources(), schema=item.schema(), sample=item.sample(name)
        )

        assert [problem.message for problem in found.problems if problem.severity != "notice"] == []


@pytest.mark.parametrize("item", [pytest.param(item, id=item.slug) for item in STARTERS])
def test_the_same_row_gives_the_same_bytes(item: Starter) -> None:
    row = item.sample("es")

    assert render(item, row).content == render(item, row).content


@pytest.mark.parametrize("item", TYPST)
def test_typst_starters_are_archivable_and_accessible(item: Starter) -> None:
    row = item.sample("es")
    with pikepdf.open(io.BytesIO(render(item, row).content)) as pdf:
        xmp = bytes(pdf.Root.Metadata.read_bytes()).decode()
        assert [
            mark for mark in ("pdfaid:part>3<", "pdfaid:conformance>A<", "pdfuaid:part>1<") if mark not in xmp
        ] == []
        assert str(pdf.Root.Lang).startswith("es")
        assert pdf.Root.ViewerPreferences.DisplayDocTitle


@pytest.mark.parametrize("item", TYPST)
def test_a_row_without_brand_and_language_prints(item: Starter) -> None:
    row = {
        key: value
        for key, value in item.sample("en").items()
        if key not in ("brand", "lang", "qr", "signers", "check_url")
    }
    if item.kind != "certificate":
        row = {key: value for key, value in item.sample("en").items() if key not in ("brand", "lang")}

    assert render(item, row, language="en", brand={"name": "Estudio Norte"}).pages in (1, 2)


@pytest.mark.parametrize("slug", ["certificate", "certificate-word"])
def test_the_qr_code_on_the_page_leads_to_the_check_address(slug: str) -> None:
    row = starter(slug).sample("en") | {"check_url": "https://andina.example/c/TEST-0001"}
    row.pop("qr", None)
    pdf = render(starter(slug), row).content

    image = Image.open(io.BytesIO(services.page_png(pdf=pdf, dpi=150).content))

    assert [found.text for found in zxingcpp.read_barcodes(image)] == ["https://andina.example/c/TEST-0001"]


@pytest.mark.parametrize("slug", [item.slug for item in STARTERS])
def test_a_name_in_letters_that_no_face_has_is_refused_and_named(slug: str) -> None:
    row = starter(slug).sample("en")
    holder = next(row[key] for key in ("employee", "buyer", "recipient") if key in row) if "name" not in row else row
    holder["name"] = "王芳"

    with pytest.raises(EngineError) as caught:
        render(starter(slug), row)

    assert (caught.value.code, caught.value.params["codepoint"]) == ("missing_glyph", "U+738B")


def test_an_invoice_that_does_not_add_up_is_refused() -> None:
    row = starter("invoice").sample("en")
    row["total"] = round(row["total"] + 0.01, 2)

    with pytest.raises(EngineError) as caught:
        render(starter("invoice"), row)

    assert "do not add up to total: difference" in caught.value.message


def test_totals_of_an_invoice_never_stand_alone() -> None:
    base = starter("invoice").sample("en")
    rows = []
    for count in (1, 2, 3, 18, 19, 20, 21, 22, 23, 24):
        row = deepcopy(base)
        row["lines"] = [base["lines"][1] | {"description": f"Line {index:03d} of it"} for index in range(count)]
        total = float(sum(line["amount"] for line in row["lines"]))
        rows.append(row | {"subtotal": total, "taxes": [], "total": total})

    results = services.render_rows(
        version=version(starter("invoice")), rows=rows, options=RenderOptions(with_text=True)
    )

    for row, result in zip(rows, results, strict=True):
        assert result.rendered is not None
        page = next(page for page in str(result.rendered.text).split("\f") if "Total due" in page)
        assert f"Line {len(row['lines']) - 1:03d}" in page


def test_the_brand_color_of_a_word_starter_is_the_rows() -> None:
    row = starter("invoice-word").sample("en")
    row["brand"]["color"] = "#ff00aa"

    content = render(starter("invoice-word"), row, format="docx").content

    document = part(content)
    assert 'w:color="FF00AA"' in document
    assert "123C4A" not in document
    assert "Total due" in list(document_text(content))


def test_the_word_starters_are_what_the_builder_writes() -> None:
    assert [path.name for path, content in built().items() if path.read_bytes() != content] == []
