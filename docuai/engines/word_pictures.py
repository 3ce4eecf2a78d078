"""Placeholders for pictures in Word files.

A picture titled `logo`, `qr` or `{{ field }}` shows the row's picture instead.

Each placeholder becomes a call in the part's source, so it works in loops too; the row's pictures get names of their
own in the file, and the frame keeps its box: the picture is fitted into it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from docuai.engines.base import EngineError
from docuai.engines.pictures import BLANK_PICTURE, Picture, picture_of
from docuai.engines.prefilling import qr_png
from docuai.engines.word_expressions import BLOCK, VARIABLE
from docuai.engines.word_package import A, R

WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
PIC = "http://schemas.openxmlformats.org/drawingml/2006/picture"
IMAGE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
NAME = re.compile(r"^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)*$")
FILE = re.compile(r"\.(png|jpe?g|gif|svg|emf|wmf|bmp|tiff?)$")
OWN_FIELDS = ("logo", "qr")
TAGGED = re.compile(r"^\s*\{\{\s*([A-Za-z_][\w.]*)\s*\}\}\s*$")


@dataclass(frozen=True, slots=True)
class Slot:
    """One placeholder: the field it shows, its box, the picture that stands there.

    Kept if `keeps` and the row has none.
    """

    number: int
    field: str
    width: int
    height: int
    relation: str
    keeps: bool


def placeholders(root: etree._Element, first: int) -> list[Slot]:
    """This will find the placeholders of a part, before its tags are read.

    And make their relation and size a matter of the row.
    """
    slots: list[Slot] = []
    for frame in root.iter(f"{{{WP}}}inline", f"{{{WP}}}anchor"):
        blip, extent = next(frame.iter(f"{{{A}}}blip"), None), frame.find(f"{{{WP}}}extent")
        if blip is None or extent is None or not blip.get(f"{{{R}}}embed"):
            continue
        found = _field_of(frame)
        if found is None:
            continue
        box = int(extent.get("cx", "0")), int(extent.get("cy", "0"))
        slot = Slot(first + len(slots), found[0], *box, str(blip.get(f"{{{R}}}embed")), found[1])
        slots.append(slot)
        _dynamic(frame, blip, extent, slot)
    return slots


def _field_of(frame: etree._Element) -> tuple[str, bool] | None:
    """Title and name decide first, then the description, which is often an ordinary text."""
    properties = [*frame.iter(f"{{{WP}}}docPr"), *frame.iter(f"{{{PIC}}}cNvPr")]
    for attribute in ("title", "name", "descr"):
        for element in properties:
            text = element.get(attribute, "")
            if tagged := TAGGED.match(text):
                element.set(attribute, "")
                return tagged[1], False
            if (attribute != "name" and NAME.match(text) and not FILE.search(text)) or text in OWN_FIELDS:
                return text, attribute == "descr"
    return None


def _dynamic(frame: etree._Element, blip: etree._Element, extent: etree._Element, slot: Slot) -> None:
    value = f"_p{slot.number}"
    blip.set(f"{{{R}}}embed", f"{VARIABLE[0]}{value}.relation{VARIABLE[1]}")
    for extension in blip.findall(f"{{{A}}}extLst"):  # a second, vector version of the placeholder
        blip.remove(extension)
    for size in [extent, *frame.iter(f"{{{A}}}ext")]:
        if size.get("cx") is not None:
            size.set("cx", f"{VARIABLE[0]}{value}.cx{VARIABLE[1]}")
            size.set("cy", f"{VARIABLE[0]}{value}.cy{VARIABLE[1]}")
    drawing = frame.getparent()
    if drawing is not None:
        drawing.set("slot", str(slot.number))


def with_calls(source: str, slots: list[Slot]) -> str:
    """This will put each placeholder's call in front of its drawing."""
    calls = {
        str(
            slot.number
        ): f"{BLOCK[0]} set _p{slot.number} = _picture({slot.number}, {expression(slot.field)}) {BLOCK[1]}"
        for slot in slots
    }
    pattern = re.compile(r'<((?:\w+:)?drawing) slot="(\d+)"')
    return pattern.sub(lambda match: f"{calls[match[2]]}<{match[1]}", source)


def expression(name: str) -> str:
    """This will give the expression of a placeholder's value; a logo may also be the brand's."""
    return "logo or brand.logo" if name == "logo" else name


@dataclass(slots=True)
class Gallery:
    """The pictures of one document while it is rendered: one entry for each different picture of each part."""

    slots: Mapping[int, Slot]
    row: Mapping[str, Any]
    relations: list[tuple[str, str]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    known: dict[int, str] = field(default_factory=dict)

    def take(self, number: int, value: Any) -> dict[str, Any]:
        """This will give relation and size of a placeholder's picture, for the part that is being rendered."""
        slot = self.slots[number]
        picture = self._picture(slot, value)
        if picture is None:
            return {"relation": slot.relation, "cx": slot.width, "cy": slot.height}
        relation = self._relation(picture)
        if picture is BLANK_PICTURE:
            return {"relation": relation, "cx": slot.width, "cy": slot.height}
        scale = min(slot.width / picture.width, slot.height / picture.height)
        return {
            "relation": relation,
            "cx": max(1, round(picture.width * scale)),
            "cy": max(1, round(picture.height * scale)),
        }

    def next_part(self) -> list[tuple[str, str]]:
        """This will give the relations (id, file) that the finished part needs and start the next part."""
        relations, self.relations, self.known = self.relations, [], {}
        return relations

    def _picture(self, slot: Slot, value: Any) -> Picture | None:
        if slot.field == "qr" and self.row.get("check_url"):
            return Picture(qr_png(str(self.row["check_url"])), "png", 1, 1)
        if value in (None, "") or value.__class__.__name__.endswith("Undefined"):
            return None if slot.keeps else BLANK_PICTURE
        return picture_of(slot.field, value)

    def _relation(self, picture: Picture) -> str:
        key = hash(picture.content)
        if key not in self.known:
            name = next((name for name, content in self.files.items() if content == picture.content), None)
            if name is None:
                name = f"media/row{len(self.files) + 1}.{picture.extension}"
                self.files[name] = picture.content
            if len(self.files) > 500:
                raise EngineError("document_too_large", megabytes=50)
            self.known[key] = f"rIdRow{len(self.relations) + 1}"
            self.relations.append((self.known[key], name))
        return self.known[key]


def with_relations(rels: str, relations: list[tuple[str, str]]) -> str:
    """This will add a part's pictures to its relationships."""
    added = "".join(
        f'<Relationship Id="{identity}" Type="{IMAGE}" Target="{target}"/>' for identity, target in relations
    )
    return rels.replace("</Relationships>", added + "</Relationships>")
