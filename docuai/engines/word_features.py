"""What a Word file uses: its text, its fonts, and the features that the converter to PDF does not honor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from docuai.engines import fonts, word_package
from docuai.engines.base import Location, Problem
from docuai.engines.word_package import w

TEXT_PART = re.compile(r"^word/(document\d*|header\d*|footer\d*|footnotes|endnotes)\.xml$")
OFF = ("0", "false", "off", "none")
SYMBOLS = frozenset(("Symbol", "Wingdings", "Wingdings 2", "Wingdings 3", "Webdings"))
# mark in the XML -> code and parameters of the notice
PART_MARKS: dict[bytes, tuple[str, dict[str, str]]] = {
    b"<w:pgBorders": ("converter_page_borders", {}),
    b"<w:endnoteReference": ("converter_feature", {"feature": "Endnotes"}),
    b"<w:txbxContent": ("converter_feature", {"feature": "Text boxes"}),
    b'drawingml/2006/chart"': ("converter_feature", {"feature": "Charts"}),
    b'drawingml/2006/diagram"': ("converter_feature", {"feature": "SmartArt"}),
    b"<w:cols w:num=": ("converter_feature", {"feature": "Columns"}),
    b"<w:ins ": ("converter_feature", {"feature": "Tracked changes"}),
}


def text_parts(files: dict[str, bytes]) -> dict[str, etree._Element]:
    """This will parse the parts that hold text, the body first."""
    names = sorted(
        (name for name in files if TEXT_PART.match(name)), key=lambda name: (not name.startswith("word/document"), name)
    )
    return {name: word_package.parsed(name, files[name]) for name in names}


def document_text(docx: bytes) -> Iterator[str]:
    """This will give the text of a finished Word file, a paragraph a piece."""
    for root in text_parts(word_package.unpacked(docx)).values():
        for paragraph in root.iter(w("p")):
            yield "".join(t.text or "" for t in paragraph.iter(w("t")) if next(t.iterancestors(w("p"))) is paragraph)


class Fonts:
    """Which font each run of a file has: its own, else its style's, else the default."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.styles: dict[str, tuple[str | None, str | None]] = {}
        self.theme = self._theme_font(files)
        self.default, self.normal = "", ""
        if "word/styles.xml" in files:
            root = word_package.parsed("word/styles.xml", files["word/styles.xml"])
            self.default = next((f for d in root.iter(w("rPrDefault")) if (f := self.own(d.find(w("rPr"))))), "") or ""
            for style in root.iter(w("style")):
                based = style.find(w("basedOn"))
                name, parent = style.get(w("styleId"), ""), based.get(w("val")) if based is not None else None
                self.styles[name] = (self.own(style.find(w("rPr"))), parent)
                if style.get(w("default")) == "1" and style.get(w("type")) == "paragraph":
                    self.normal = name
        self.default = self.default or "Times New Roman"

    def own(self, properties: etree._Element | None) -> str | None:
        """This will give the font that run properties name."""
        found = properties.find(w("rFonts")) if properties is not None else None
        if found is None:
            return None
        if found.get(w("asciiTheme")) and self.theme:
            return self.theme
        return found.get(w("ascii")) or found.get(w("hAnsi"))

    def of_style(self, name: str | None) -> str | None:
        """This will give a style's font, by way of the styles it builds on."""
        for _ in range(20):
            own, parent = self.styles.get(name or "", (None, None))
            if own or parent is None:
                return own
            name = parent
        return None

    def of_run(self, run: etree._Element) -> str:
        """This will give the font of a run."""
        properties = run.find(w("rPr"))
        if own := self.own(properties):
            return own
        for holder, tag in ((properties, "rStyle"), (_paragraph_properties(run), "pStyle")):
            style = holder.find(w(tag)) if holder is not None else None
            if style is not None and (font := self.of_style(style.get(w("val")))):
                return font
        return self.of_style(self.normal) or self.default

    @staticmethod
    def _theme_font(files: dict[str, bytes]) -> str | None:
        theme = files.get("word/theme/theme1.xml", b"")
        found = re.search(rb"<a:minorFont>\s*<a:latin typeface=\"([^\"]+)\"", theme)
        return found[1].decode() if found else None


def _paragraph_properties(run: etree._Element) -> etree._Element | None:
    paragraph = next(run.iterancestors(w("p")), None)
    return paragraph.find(w("pPr")) if paragraph is not None else None


def runs_with_fonts(files: dict[str, bytes]) -> Iterator[tuple[str, str, str]]:
    """This will give part, font and text of each run."""
    known = Fonts(files)
    for name, root in text_parts(files).items():
        for run in root.iter(w("r")):
            text = "".join(t.text or "" for t in run.iter(w("t")))
            if text.strip():
                yield name, known.of_run(run), text


def converter_notices(package: word_package.Package, converter: Any) -> Iterator[Problem]:
    """This will list what the converter at hand does not honor in this file."""
    if converter.name == "LibreOffice":
        return
    yield Problem("notice", "converter_no_standards")
    yield Problem("notice", "converter_no_tags")
    files = package.files
    for font in sorted({font for _, font, _ in runs_with_fonts(files)} - SYMBOLS):
        if (twin := fonts.twin_of(font)) != font:
            yield Problem("notice", "font_substituted", {"font": font, "twin": twin})
    for name, data in files.items():
        if name == "word/styles.xml" or TEXT_PART.match(name):
            yield from _marked(name, data)
    if re.search(rb"<w:autoHyphenation(?![^>]*w:val=\"(0|false)\")", files.get("word/settings.xml", b"")):
        yield Problem("notice", "converter_hyphenation", {}, Location(part="word/settings.xml"))


def _marked(name: str, data: bytes) -> Iterator[Problem]:
    place = Location(part=name)
    for caps in re.finditer(rb"<w:caps(?: w:val=\"([^\"]*)\")?\s*/>", data):
        if (caps[1] or b"").decode() not in OFF and (name != "word/styles.xml" or _used_caps(data)):
            yield Problem("notice", "converter_caps", {}, place)
            break
    if name == "word/styles.xml":
        return
    if b"<w:tblCellMar>" in data:
        yield Problem("notice", "converter_cell_margins", {}, place)
    for mark, (code, params) in PART_MARKS.items():
        if mark in data:
            yield Problem("notice", code, params, place)


def _used_caps(styles: bytes) -> bool:
    """Built-in styles that nobody uses.

    Intense Reference and the like have capitals in every file: only these are not told.
    """
    root = word_package.parsed("word/styles.xml", styles)
    quiet = ("IntenseReference", "SubtleReference", "BookTitle", "TOCHeading", "MacroText")
    holders = (up.get(w("styleId"), "") for caps in root.iter(w("caps")) for up in caps.iterancestors(w("style")))
    return any(name not in quiet for name in holders)
