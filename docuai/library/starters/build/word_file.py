"""One Word file in the making: the few things python-docx has no call for, under short names.

Word insists on the schema's order of elements, so everything is sorted before saving; dates are fixed, so the same
builder writes the same bytes. The brand's color stands in the file as one value, named in the document property
`brand_color`; the engine swaps it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Emu, Mm, Pt, RGBColor

GRAY, INK, HAIR = "55585F", "1B1D22", "D9DCE1"
TAGS = {"en": "en-US", "es": "es-ES"}
ALIGNMENTS = {
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}
ORDER = {
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid vanish webHidden "
    "color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em lang",
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
    "suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd snapToGrid spacing "
    "ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle "
    "rPr sectPr",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing tblInd tblBorders "
    "shd tblLayout tblCellMar tblLook",
    "tcBorders": "top start left bottom end right insideH insideV",
}
CUSTOM_PART = "docProps/custom.xml"
CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
CUSTOM_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
CUSTOM = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
    'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
    '<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="2" name="brand_color"><vt:lpwstr>{color}</vt:lpwstr></property>'
    "</Properties>"
)


def child(parent: Any, tag: str, **attributes: Any) -> Any:
    """This will append an element with `w:` attributes."""
    node = OxmlElement(tag)
    for key, value in attributes.items():
        node.set(qn("w:" + key), str(value))
    parent.append(node)
    return node


class WordFile:
    """A Word file in one language: font, size and color of the body, margins.

    Left, right, top, bottom in millimeters.
    """

    def __init__(
        self, language: str, font: str, size: float, color: str, margins: Sequence[float], *, landscape: bool = False
    ) -> None:
        self.doc, self.language, self.color = Document(), language, color.lstrip("#").upper()
        self.sizes: dict[str | None, float] = {None: size}
        self.pictures = 0
        self._body_style(font, size)
        section = self.doc.sections[0]
        wide, high = Mm(210), Mm(297)
        if landscape:
            section.orientation, wide, high = WD_ORIENT.LANDSCAPE, high, wide
        section.page_width, section.page_height = wide, high
        section.left_margin, section.right_margin, section.top_margin, section.bottom_margin = (Mm(m) for m in margins)
        section.header_distance = section.footer_distance = Mm(4 if margins[3] < 15 else 11)
        self.width, self.section = wide - section.left_margin - section.right_margin, section
        core = self.doc.core_properties
        core.author, core.language, core.comments = "{{ brand.name }}", TAGS[language], ""

    def say(self, english: Any, spanish: Any) -> Any:
        """This will choose the file's language."""
        return spanish if self.language == "es" else english

    def title(self, english: str, spanish: str) -> None:
        """This will set the document's title."""
        self.doc.core_properties.title = self.say(english, spanish)

    def _body_style(self, font: str, size: float) -> None:
        body = self.doc.styles["Normal"]
        body.font.name, body.font.size, body.font.color.rgb = font, Pt(size), RGBColor.from_string(INK)
        fonts = body.element.rPr.rFonts
        for key in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn("w:" + key), None)
        for key in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn("w:" + key), font)
        for old in self.doc.styles.element.iter(qn("w:lang")):
            old.set(qn("w:val"), TAGS[self.language])
        child(body.element.rPr, "w:lang", val=TAGS[self.language])
        form = body.paragraph_format
        form.space_after, form.space_before, form.line_spacing, form.widow_control = Pt(0), Pt(0), 1.0, True

    def heading(
        self,
        level: int,
        size: float,
        *,
        bold: bool = False,
        color: str = INK,
        before: float = 0,
        after: float = 0,
        track: float = 0,
    ) -> None:
        """This will set the look of a level of headings."""
        style = self.doc.styles[f"Heading {level}"]
        self.sizes[f"Heading {level}"] = size
        style.element.rPr.remove(style.element.rPr.rFonts)
        style.font.name, style.font.size, style.font.bold = self.doc.styles["Normal"].font.name, Pt(size), bold
        style.font.color.rgb = RGBColor.from_string(color)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        style.paragraph_format.keep_with_next = True
        if track:
            child(style.element.rPr, "w:spacing", val=int(track * 20))

    def para(
        self,
        where: Any,
        text: str = "",
        size: float | None = None,
        color: str | None = None,
        *,
        bold: bool = False,
        italic: bool = False,
        align: str | None = None,
        style: str | None = None,
        before: float = 0,
        after: float = 0,
        line: float = 1.0,
        track: float = 0,
        upper: bool = False,
        keep: bool = False,
    ) -> Any:
        """This will write a paragraph; *text* in stars is italic. A cell's first, empty paragraph is used up first.

        Size and spacing stand on the paragraph itself too: converters disagree on what a table cell inherits.
        """
        paragraph = where.paragraphs[0] if hasattr(where, "vertical_alignment") else None
        if paragraph is None or paragraph._p.get("used"):
            paragraph = where.add_paragraph()
        paragraph._p.set("used", "1")
        form = paragraph.paragraph_format
        if style:
            paragraph.style = self.doc.styles[style]
        else:
            form.space_before, form.space_after, form.line_spacing = Pt(before), Pt(after), line
            form.keep_with_next = keep or None
        if align:
            form.alignment = ALIGNMENTS[align]
        if upper:  # capitals as text: not every converter knows Word's "all caps"
            text = re.sub(r"\{\{ (\S+) \}\}", r"{{ \1 | upper }}", text) if "{{" in text else text.upper()
        return self.run(
            paragraph,
            text,
            size or self.sizes.get(style, self.sizes[None]),
            color,
            bold=bold,
            italic=italic,
            track=track,
        )

    def run(
        self,
        paragraph: Any,
        text: str,
        size: float | None = None,
        color: str | None = None,
        *,
        bold: bool = False,
        italic: bool = False,
        track: float = 0,
    ) -> Any:
        """This will add text to a paragraph."""
        for index, piece in enumerate(re.split(r"\*(.+?)\*", text) if "*" in text else [text]):
            if not piece:
                continue
            run = paragraph.add_run(piece)
            if size:
                run.font.size = Pt(size)
            if color:
                run.font.color.rgb = RGBColor.from_string(color)
            run.font.bold, run.font.italic = bold or None, (italic or index % 2 == 1) or None
            if track:
                child(run._r.get_or_add_rPr(), "w:spacing", val=int(track * 20))
        return paragraph

    def optional(
        self, where: Any, condition: str, text: str, size: float | None = None, color: str | None = None, **look: Any
    ) -> None:
        """This will write a paragraph that is there only if the condition holds."""
        self.para(where, "{%p if " + condition + " %}")
        self.para(where, text, size, color, **look)
        self.para(where, "{%p endif %}")

    def field(self, paragraph: Any, code: str, size: float) -> None:
        """This will add one of Word's fields, such as the page number."""
        for kind, text in (("begin", ""), ("", code), ("separate", ""), ("text", "1"), ("end", "")):
            run = paragraph.add_run()
            run.font.size, run.font.color.rgb = Pt(size), RGBColor.from_string(GRAY)
            if kind == "text":
                run.text = text
            elif kind:
                child(run._r, "w:fldChar", fldCharType=kind)
            else:
                child(run._r, "w:instrText").text = text

    def picture(self, paragraph: Any, image: bytes, name: str, alternative: str, height: float) -> None:
        """This will place a picture that rows replace: its title is the field's name."""
        shape = paragraph.add_run().add_picture(io.BytesIO(image), height=Mm(height))
        self.pictures += 1
        inline = shape._inline
        inline.docPr.set("id", str(100 + self.pictures))
        for node in (inline.docPr, inline.graphic.graphicData.pic.nvPicPr.cNvPr):
            for key, value in (("name", name), ("title", name), ("descr", alternative)):
                node.set(key, value)

    def table(self, where: Any, widths: Sequence[float], rows: int = 1) -> Any:
        """This will add a table with fixed columns (millimeters) and no look of its own."""
        table = where.add_table(rows, len(widths))
        table.autofit = False
        properties = table._tbl.tblPr
        for tag in ("w:tblStyle", "w:tblLook"):
            for old in properties.findall(qn(tag)):
                properties.remove(old)
        width = properties.find(qn("w:tblW"))
        width = width if width is not None else child(properties, "w:tblW")
        width.set(qn("w:type"), "dxa")
        width.set(qn("w:w"), str(sum(Mm(w).twips for w in widths)))
        for column, w in zip(table.columns, widths, strict=True):
            column.width = Mm(w)
        for row in table.rows:
            for cell, w in zip(row.cells, widths, strict=True):
                cell.width = Mm(w)
        return table

    def rule(self, cell: Any, side: str = "top", color: str = HAIR, size: int = 4) -> None:
        """This will draw a line at a side of a cell."""
        properties = cell._tc.get_or_add_tcPr()
        borders = properties.find(qn("w:tcBorders"))
        borders = borders if borders is not None else child(properties, "w:tcBorders")
        child(borders, "w:" + side, val="single", sz=size, space=0, color=color)

    def pad(self, cell: Any, top: float = 0, bottom: float = 0, left: float = 0, right: float = 0) -> None:
        """This will set the inner margins of a cell in millimeters."""
        sides = (("top", top), ("left", left), ("bottom", bottom), ("right", right))
        inner = "".join(f'<w:{key} w:w="{Mm(value).twips}" w:type="dxa"/>' for key, value in sides)
        cell._tc.get_or_add_tcPr().append(parse_xml(f"<w:tcMar {nsdecls('w')}>{inner}</w:tcMar>"))

    def whole(self, row: Any) -> None:
        """This will keep a row on one page."""
        child(row._tr.get_or_add_trPr(), "w:cantSplit")

    def footer(self, left: str, size: float, middle: str = "") -> None:
        """This will write the footer: text, and page n of m at the right."""
        paragraph = self.section.footer.paragraphs[0]
        paragraph.style = self.doc.styles["Normal"]
        tabs = paragraph.paragraph_format.tab_stops
        tabs.add_tab_stop(self.width, 2)
        if middle:
            tabs.add_tab_stop(Emu(int(self.width * 0.72)), 2)
        text = left + "\t" + (middle + "\t" if middle else "") + self.say("Page ", "Página ")
        self.run(paragraph, text, size, GRAY)
        self.field(paragraph, "PAGE", size)
        self.run(paragraph, self.say(" of ", " de "), size, GRAY)
        self.field(paragraph, "NUMPAGES", size)

    def end(self) -> None:
        """This will make the paragraph that Word wants after the last table as good as invisible."""
        paragraph = self.doc.add_paragraph()
        paragraph.paragraph_format.line_spacing = Pt(1)
        self.run(paragraph, "", 1)

    def content(self) -> bytes:
        """This will put everything in Word's order and give the file's bytes, the same each time."""
        body = self.doc.element.body
        for paragraph in body.iter(qn("w:p")):
            paragraph.attrib.pop("used", None)
        for cell in body.iter(qn("w:tc")):  # no inner margin unless one was asked for
            properties = cell.get_or_add_tcPr()
            if properties.find(qn("w:tcMar")) is None:
                sides = '<w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/>'
                properties.append(parse_xml(f"<w:tcMar {nsdecls('w')}>{sides}</w:tcMar>"))
        for root in (body, self.doc.styles.element, self.section.footer._element):
            for tag, order in ORDER.items():
                rank = {qn("w:" + name): index for index, name in enumerate(order.split())}
                for node in list(root.iter(qn("w:" + tag))):
                    node[:] = [
                        part for _, part in sorted(((rank.get(p.tag, 99), p) for p in node), key=lambda pair: pair[0])
                    ]
        stream = io.BytesIO()
        self.doc.save(stream)
        return stable(stream.getvalue(), self.color)


def stable(raw: bytes, color: str) -> bytes:
    """This will fix the dates, drop the thumbnail and name the brand's color in the properties."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(raw)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target,
    ):
        parts = {item.filename: source.read(item) for item in source.infolist() if "thumbnail" not in item.filename}
        parts["docProps/core.xml"] = re.sub(
            rb"(<dcterms:(created|modified)[^>]*>)[^<]*", rb"\g<1>2026-01-01T00:00:00Z", parts["docProps/core.xml"]
        )
        link = f'<Relationship Id="rIdColor" Type="{CUSTOM_KIND}" Target="{CUSTOM_PART}"/></Relationships>'.encode()
        links = re.sub(rb"<Relationship [^>]*thumbnail[^>]*/>", b"", parts["_rels/.rels"])
        parts["_rels/.rels"] = links.replace(b"</Relationships>", link)
        kind = f'<Override PartName="/{CUSTOM_PART}" ContentType="{CUSTOM_TYPE}"/></Types>'.encode()
        parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", kind)
        parts[CUSTOM_PART] = CUSTOM.format(color=color).encode()
        for name, data in parts.items():
            target.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
