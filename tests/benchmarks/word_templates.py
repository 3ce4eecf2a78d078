"""One invoice as a Word file, written three times: with our tags, docxtpl's and docxtemplater's. Plain tags only, so that
all three give the same text: a picture, head data, a table of 20 lines, a condition, a sum.
"""

import base64
import io
from collections.abc import Callable
from typing import Any

import docx
from docx.shared import Mm
from PIL import Image, ImageDraw

LINES = 20
PICTURE = "picture"
COLUMNS = ("item", "quantity", "price", "amount")
HEAD = ("Invoice {number}", "{customer}", "{address}", "Issued on {issued_on}, due on {due_on}")
FOOT = ("Total {total}", "{note}")


def ours() -> bytes:
    """This will write it for us: the picture is a placeholder titled with the field's name."""

    def picture(document: Any) -> None:
        document.add_picture(io.BytesIO(stamp(0)), width=Mm(40))
        document.inline_shapes[0]._inline.docPr.set("title", PICTURE)

    return _written(
        _double, ("{%tr for line in lines %}", "{%tr endfor %}"), ("{%p if vip %}", "{%p endif %}"), picture
    )


def docxtpl() -> bytes:
    """This will write it for docxtpl: the picture is a tag of its own."""

    def picture(document: Any) -> None:
        document.add_paragraph(_double(PICTURE))

    return _written(
        _double, ("{%tr for line in lines %}", "{%tr endfor %}"), ("{%p if vip %}", "{%p endif %}"), picture
    )


def docxtemplater() -> bytes:
    """This will write it for docxtemplater, without a picture: its picture module is not free."""
    return _written(_single, ("{#lines}", "{/lines}"), ("{#vip}", "{/vip}"), None)


def stamp(number: int) -> bytes:
    """This will draw one of the pictures: a small PNG."""
    image = Image.new("RGB", (240, 80), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((2, 2, 237, 77), outline=(20, 60, 74), width=3)
    draw.text((20, 30), f"PAID {number:04}", fill=(20, 60, 74))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def invoices(first: int, count: int, *, pictures: int = 16) -> list[dict[str, Any]]:
    """This will give distinct rows of 20 lines, with characters that XML minds."""
    stamps = [base64.b64encode(stamp(number)).decode() for number in range(pictures)]
    rows = []
    for number in range(first, first + count):
        lines = [
            {
                "item": f"Service {position} & travel <{number % 97}>",
                "quantity": str(position % 7 + 1),
                "price": f"{(number + position) % 900 + 10}.50",
                "amount": f"{((number + position) % 900 + 10) * (position % 7 + 1)}.00",
            }
            for position in range(1, LINES + 1)
        ]
        head = {"number": f"F-{number:06}", "customer": f"Łukasz O’Brien {number}", "address": f"Calle {number % 300}"}
        dates = {"issued_on": "24/11/2026", "due_on": "24/12/2026"}
        rest = {"total": f"{number % 90_000}.00", "note": f"Thank you, {number}.", "vip": number % 3 == 0}
        rows.append({**head, **dates, **rest, "lines": lines, PICTURE: stamps[number % pictures]})
    return rows


def _double(tag: str) -> str:
    return "{{ " + tag + " }}"


def _single(tag: str) -> str:
    return "{" + tag.removeprefix("line.") + "}"


def _written(
    tag: Callable[[str], str], loop: tuple[str, str], vip: tuple[str, str], picture: Callable[[Any], None] | None
) -> bytes:
    document = docx.Document()
    if picture is not None:
        picture(document)
    for text in HEAD:
        document.add_paragraph(_filled(text, tag))
    _table(document, tag, loop)
    for text in (vip[0], "Priority customer", vip[1]):
        document.add_paragraph(text)
    for text in FOOT:
        document.add_paragraph(_filled(text, tag))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _table(document: Any, tag: Callable[[str], str], loop: tuple[str, str]) -> None:
    """Jinja's loops stand in rows of their own; docxtemplater's begin and end in the row that is repeated."""
    own_rows = loop[0].startswith("{%")
    table = document.add_table(rows=1, cols=len(COLUMNS))
    for cell, name in zip(table.rows[0].cells, COLUMNS, strict=True):
        cell.text = name.title()
    if own_rows:
        table.add_row().cells[0].text = loop[0]
    cells = table.add_row().cells
    for cell, name in zip(cells, COLUMNS, strict=True):
        cell.text = tag(f"line.{name}")
    if own_rows:
        table.add_row().cells[0].text = loop[1]
    else:
        cells[0].text, cells[-1].text = loop[0] + cells[0].text, cells[-1].text + loop[1]


def _filled(text: str, tag: Callable[[str], str]) -> str:
    for name in ("number", "customer", "address", "issued_on", "due_on", "total", "note"):
        text = text.replace(_single(name), tag(name))
    return text
