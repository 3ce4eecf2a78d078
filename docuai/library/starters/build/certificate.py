"""The Word certificate: one table is the page, its border the frame (page borders are lost in some converters)."""

from __future__ import annotations

from typing import Any

from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT as VERTICAL
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm

from docuai.engines.prefilling import qr_png
from docuai.library.starters.build.word_file import GRAY, WordFile

FACTS_EN = (
    "{% if hours %}{{ hours | number }} hours of study, {% endif %}"
    "{% if starts_on %}from {{ starts_on | date }} to {{ completed_on | date }}{% else %}completed on {{ completed_on | date }}{% endif %}"
    "{% if grade %}, final grade {{ grade | number }} out of {{ grade_max | number }}{% endif %}"
    "{% if honors %}, *{{ honors }}*{% endif %}."
)
FACTS_ES = (
    "{% if hours %}{{ hours | number }} horas lectivas, {% endif %}"
    "{% if starts_on %}del {{ starts_on | date }} al {{ completed_on | date }}"
    "{% else %}con fecha de finalización {{ completed_on | date }}{% endif %}"
    "{% if grade %}, calificación final de {{ grade | number }} sobre {{ grade_max | number }}{% endif %}"
    "{% if honors %}, *{{ honors }}*{% endif %}."
)


def certificate(language: str, row: dict[str, Any], logo: bytes) -> bytes:
    """This will build the certificate in one language."""
    file = WordFile(language, "Georgia", 12.5, row["brand"]["color"], (10, 10, 10, 8), landscape=True)
    file.title("Certificate of completion: {{ name }}", "Certificado de finalización: {{ name }}")
    file.heading(1, 12, color=file.color, track=1.8, after=14)
    table = file.table(file.doc, (16, 58, 10, 58, 25, 66, 5, 25, 14), rows=4)
    sides = "".join(
        f'<w:{s} w:val="single" w:sz="8" w:space="0" w:color="{file.color}"/>'
        for s in ("top", "left", "bottom", "right")
    )
    table._tbl.tblPr.append(parse_xml(f"<w:tblBorders {nsdecls('w')}>{sides}</w:tblBorders>"))
    for line, height in zip(table.rows, (47, 92, 20, 28), strict=True):
        line.height, line.height_rule = Mm(height), WD_ROW_HEIGHT_RULE.EXACTLY
    _head(file, table, logo)
    _statement(file, table)
    _signers(file, table)
    _check(file, table, row)
    file.end()
    return file.content()


def _head(file: WordFile, table: Any, logo: bytes) -> None:
    brand = table.cell(0, 1).merge(table.cell(0, 5))
    file.pad(brand, top=14)
    file.para(brand, "{{ brand.name }}", 12, file.color, track=1.8, upper=True)
    file.para(brand, "{% if school %}{{ school }}{% endif %}", 12.5, GRAY, italic=True, before=3)
    emblem = table.cell(0, 6).merge(table.cell(0, 7))
    file.pad(emblem, top=13)
    alternative = file.say("Emblem of {{ brand.name }}", "Emblema de {{ brand.name }}")
    file.picture(file.para(emblem, align="right"), logo, "logo", alternative, 28)


def _statement(file: WordFile, table: Any) -> None:
    cell = table.cell(1, 1).merge(table.cell(1, 7))
    cell.vertical_alignment = VERTICAL.CENTER
    file.para(cell, file.say("Certificate of completion", "Certificado de finalización").upper(), style="Heading 1")
    file.para(cell, file.say("This is to certify that", "Se certifica que"), 15, GRAY, italic=True, after=5)
    file.para(cell, "{%p if name|length > 56 %}")
    file.para(cell, "{{ name }}", 23, file.color, line=0.95)
    file.para(cell, "{%p elif name|length > 32 %}")
    file.para(cell, "{{ name }}", 29, file.color, line=0.95)
    file.para(cell, "{%p else %}")
    file.para(cell, "{{ name }}", 42, file.color, line=0.95)
    file.para(cell, "{%p endif %}")
    done = file.say("has successfully completed the course", "ha completado con éxito el curso")
    file.para(cell, done, 15, GRAY, italic=True, before=10, after=7)
    file.para(cell, "{{ course }}", 22, line=0.95, after=8)
    file.para(cell, file.say(FACTS_EN, FACTS_ES), 12.5, GRAY)


def _signers(file: WordFile, table: Any) -> None:
    for index, column in enumerate((1, 3)):
        file.rule(table.cell(2, column), "bottom", GRAY)
        cell = table.cell(3, column)
        file.pad(cell, top=1.6)
        condition = "{% if signers and signers|length > " + str(index) + " %}"
        for key, size, color in (("name", 11, None), ("title", 9.5, GRAY)):
            file.para(cell, f"{condition}{{{{ signers[{index}].{key} }}}}{{% endif %}}", size, color)


def _check(file: WordFile, table: Any, row: dict[str, Any]) -> None:
    info = table.cell(2, 5).merge(table.cell(3, 5))
    info.vertical_alignment = VERTICAL.BOTTOM
    file.pad(info, bottom=14)
    file.para(info, "{{ place }}, {{ issued_on | date }}", 9.5, GRAY, align="right")
    file.para(info, file.say("No.\u00a0", "N.º\u00a0") + "{{ number }}", 9.5, GRAY, align="right")
    file.optional(info, "check_url", file.say("Check it at", "Se comprueba en"), 9.5, GRAY, align="right")
    file.optional(info, "check_url", "{{ check_url | bare }}", 9.5, file.color, align="right")
    code = table.cell(2, 7).merge(table.cell(3, 7))
    code.vertical_alignment = VERTICAL.BOTTOM
    file.pad(code, bottom=14)
    alternative = file.say("QR code with the address {{ check_url }}", "Código QR con la dirección {{ check_url }}")
    file.picture(file.para(code, align="right"), qr_png(row["check_url"]), "qr", alternative, 24)
