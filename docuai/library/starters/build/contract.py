"""The Word employment contract: a table of terms, clauses that number themselves, signatures.

The wording is in contract.json.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT as VERTICAL
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

from docuai.library.starters.build.word_file import GRAY, WordFile

WORDING: dict[str, Any] = json.loads((Path(__file__).parent / "contract.json").read_text(encoding="utf-8"))
LINE_COLOR = "B4B7BC"
LEVEL = (
    '<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="{style}"/><w:lvlText w:val="{text}"/>'
    '<w:lvlJc w:val="left"/><w:pPr><w:tabs><w:tab w:val="num" w:pos="0"/></w:tabs><w:ind w:left="0" w:hanging="737"/></w:pPr>{look}</w:lvl>'
)
SMALL = '<w:rPr><w:color w:val="55585F"/><w:sz w:val="17"/></w:rPr>'


def contract(language: str, row: dict[str, Any], logo: bytes) -> bytes:
    """This will build the contract in one language."""
    file = WordFile(language, "Georgia", 10, row["brand"]["color"], (45, 28, 25, 26))
    file.title(
        "Employment contract {{ number }}, {{ employee.name }}", "Contrato de trabajo {{ number }}, {{ employee.name }}"
    )
    file.heading(1, 24, before=30, after=12)
    file.heading(2, 10.5, bold=True, color=file.color, before=11, after=2)
    _numbering(file)
    _hyphenation(file)
    top = file.table(file.doc, (14, 123))
    file.picture(file.para(top.cell(0, 0)), logo, "logo", "Logo {{ brand.name }}", 10)
    top.cell(0, 1).vertical_alignment = VERTICAL.CENTER
    file.para(top.cell(0, 1), "{{ brand.name }}", 11, file.color, bold=True)
    file.para(file.doc, file.say("Employment contract", "Contrato de trabajo"), style="Heading 1")
    _terms(file)
    file.para(file.doc, WORDING["notice"][language], 8.5, GRAY, italic=True, before=9, after=4)
    for clause in WORDING["clauses"]:
        _clause(file, clause)
    _signatures(file)
    file.end()
    file.footer("{{ number }}", 8.5, file.say("Initials ", "Rúbricas ") + "______  ______")
    return file.content()


def _numbering(file: WordFile) -> None:
    style = file.doc.styles.add_style("Clause", WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = file.doc.styles["Normal"]
    form = style.paragraph_format
    form.space_after, form.line_spacing, form.alignment = Pt(4), 1.12, WD_ALIGN_PARAGRAPH.JUSTIFY
    levels = LEVEL.format(level=0, style="Heading2", text="%1", look="") + LEVEL.format(
        level=1, style="Clause", text="%1.%2", look=SMALL
    )
    numbering = file.doc.part.numbering_part.element
    kind = '<w:multiLevelType w:val="multilevel"/>'
    numbering.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90">{kind}{levels}</w:abstractNum>'))
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))
    for name, level in (("Heading 2", 0), ("Clause", 1)):
        properties = file.doc.styles[name].element.get_or_add_pPr()
        properties.append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="90"/></w:numPr>')
        )


def _hyphenation(file: WordFile) -> None:
    after = file.doc.settings.element.find(qn("w:defaultTabStop"))
    for tag, value in (("w:hyphenationZone", "360"), ("w:autoHyphenation", "1")):
        node = OxmlElement(tag)
        node.set(qn("w:val"), value)
        after.addnext(node)


def _terms(file: WordFile) -> None:
    say, table = file.say, file.table(file.doc, (36, 101))
    _term(file, table, say("Employer", "La empresa"), "employer", ("address", "id", "represented_by"))
    _term(file, table, say("Employee", "La persona empleada"), "employee", ("address", "id"))
    _term(file, table, say("Position", "Puesto"), "{{ position | capital }}")
    _term(file, table, say("Start", "Inicio"), "{{ starts_on | date }}")
    file.para(table.add_row().cells[0], "{%tr if ends_on %}")
    _term(file, table, say("End", "Fin"), "{{ ends_on | date }}")
    file.para(table.add_row().cells[0], "{%tr endif %}")
    salary = say("{{ salary | amount }} gross a year", "{{ salary | amount }} brutos al año")
    _term(file, table, say("Salary", "Salario"), salary)
    hours = say("{{ weekly_hours | number }} hours a week", "{{ weekly_hours | number }} horas semanales")
    _term(file, table, say("Hours", "Jornada"), hours)
    _term(file, table, say("Place of work", "Lugar de trabajo"), "{{ workplace | capital }}")
    for cell in table.rows[-1].cells:
        file.rule(cell, "bottom", LINE_COLOR)


def _term(file: WordFile, table: Any, label: str, value: str, party: tuple[str, ...] = ()) -> None:
    row = table.rows[0] if not table.rows[0].cells[0].text else table.add_row()
    file.whole(row)
    for cell, width in zip(row.cells, (36, 101), strict=True):
        cell.width = Mm(width)
        file.rule(cell, color=LINE_COLOR)
        file.pad(cell, 1.3, 1.3)
    file.para(row.cells[0], label, 8.5, GRAY, before=1)
    if not party:
        file.para(row.cells[1], value)
        return
    file.para(row.cells[1], f"{{{{ {value}.name }}}}", bold=True)
    for key in party:
        file.optional(row.cells[1], f"{value}.{key}", f"{{{{ {value}.{key} }}}}")


def _clause(file: WordFile, clause: dict[str, Any]) -> None:
    title, *texts = clause[file.language]
    if clause.get("for"):
        file.para(file.doc, "{%p for t in special_terms %}")
    if clause.get("if"):
        file.para(file.doc, "{%p if " + clause["if"] + " %}")
    file.para(file.doc, title, style="Heading 2")
    for text in texts:
        paragraph = file.para(file.doc, text, style="Clause")
        paragraph.paragraph_format.keep_with_next = clause.get("last") or None
        paragraph.paragraph_format.keep_together = clause.get("last") or None
    if clause.get("if"):
        file.para(file.doc, "{%p endif %}")
    if clause.get("for"):
        file.para(file.doc, "{%p endfor %}")


def _signatures(file: WordFile) -> None:
    signed = file.say(
        "Signed in two copies, one for each party, in {{ signed_at }} on {{ signed_on | date }}.",
        "Firmado en dos ejemplares, uno para cada parte, en {{ signed_at }}, el {{ signed_on | date }}.",
    )
    file.para(file.doc, signed, before=12, after=44, keep=True)
    table = file.table(file.doc, (64, 9, 64))
    file.whole(table.rows[0])
    parties = (
        (0, file.say("For the employer", "Por la empresa"), "employer"),
        (2, file.say("Employee", "La persona empleada"), "employee"),
    )
    for column, label, who in parties:
        cell = table.cell(0, column)
        file.rule(cell, color=GRAY)
        file.pad(cell, top=1.5)
        file.para(cell, label, 8.5, GRAY)
        file.para(cell, "{{ " + who + ".name }}")
        if who == "employer":
            file.optional(cell, "employer.represented_by", "{{ employer.represented_by }}")
