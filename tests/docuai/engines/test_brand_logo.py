"""The logo of an organization's brand reaches the documents of both engines: SVG text with a PNG inside."""

import io
import zipfile

import pikepdf
import pytest
from PIL import Image

from docuai.engines import services
from docuai.engines.base import RenderOptions
from docuai.library.starters import STARTERS
from platform_core.kits.web.pictures import as_svg
from tests.docuai.engines.test_starters import version

LOGOS = [item for item in STARTERS if item.kind in ("letter", "contract")]


def logo() -> str:
    out = io.BytesIO()
    Image.new("RGB", (320, 80), "#0b6e4f").save(out, "PNG")
    return as_svg(out.getvalue())


def pictures(content: bytes, mime: str) -> int:
    if mime == "application/pdf":
        with pikepdf.open(io.BytesIO(content)) as pdf:
            found = [item for item in pdf.objects if isinstance(item, pikepdf.Stream)]
            return sum(item.get("/Subtype") == "/Image" for item in found)
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return sum(name.startswith("word/media/") and len(file.read(name)) > 200 for name in file.namelist())


@pytest.mark.parametrize("item", LOGOS, ids=lambda item: item.slug)
def test_the_brands_logo_stands_in_a_document_whose_row_has_none(item):
    row = {key: value for key, value in item.sample("en").items() if key != "brand"}
    wanted = {"format": "docx"} if item.engine == "word" else {"format": "pdf"}

    def made(brand):
        options = RenderOptions(language="en", brand=brand, **wanted)
        result = services.render_one(version=version(item), row=row, options=options)
        return pictures(result.content, result.mime)

    assert made({"name": "Andina", "logo": logo()}) == made({"name": "Andina"}) + 1
