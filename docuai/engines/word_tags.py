"""Tag repair: Word scatters `{{ name }}` over several runs.

Here each tag comes together and becomes a token in the XML.

A part is parsed once. Tags in text become tokens in the run where they begin; `{%p … %}`, `{%tr … %}` and `{%tc … %}`
take the place of their paragraph, row or cell; tags in attributes, field codes and document properties are found too.
Then the part is one Jinja source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from lxml import etree

from docuai.engines.base import Location, Problem
from docuai.engines.word_expressions import BLOCK, RESERVED, VARIABLE
from docuai.engines.word_package import parsed, serialized, w

TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
OPENED = re.compile(r"\{\{|\{%|\{#")
SHAPE = re.compile(
    r"^\{(?P<open>[{%#])(?P<cut>-?)(?:(?P<place>p|tr|tc|r)(?=\s))?(?P<inner>.*?)(?P<cut_end>-?)[}%#]\}$", re.DOTALL
)
STRAIGHT = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\u00a0": " ", "\u202f": " ", "–": "-", "\n": " ", "\t": " "}
)
TOKEN, SLOT = "\ufdd4{}\ufdd5", re.compile("\ufdd4(\\d+)\ufdd5")
PLACES = {"p": "a paragraph", "tr": "a table row", "tc": "a table cell"}
ENDS = {"if": "endif", "for": "endfor"}
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
Context = Literal["text", "plain"]


@dataclass(slots=True)
class Tag:
    """One tag: what it says, where it stands in the layout, and how its value must be written there."""

    number: int
    written: str
    kind: Literal["variable", "block", "comment"]
    place: str
    inner: str
    context: Context
    location: Location
    path: tuple[tuple[str, int], ...] = ()

    @property
    def keyword(self) -> str:
        """This will give a block tag's first word."""
        return self.inner.split(None, 1)[0] if self.kind == "block" and self.inner else ""

    @property
    def source(self) -> str:
        """This will give the tag with Jinja's delimiters of this project."""
        if self.kind == "comment":
            return ""
        if self.kind == "block":
            return f"{BLOCK[0]} {self.inner} {BLOCK[1]}"
        inner = f"({self.inner})|_plain" if self.context == "plain" else self.inner
        return f"{VARIABLE[0]} {inner} {VARIABLE[1]}"


@dataclass(slots=True)
class Part:
    """A part with its tags found; `xml` has tokens where the tags were, in the tags' order."""

    name: str
    root: etree._Element
    tags: list[Tag] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def xml(self) -> str:
        """This will write the part with tokens."""
        return serialized(self.root).decode()

    def add(self, written: str, context: Context, snippet: str) -> Tag | None:
        """This will note a tag; what has no shape of a tag is a problem."""
        location = Location(part=self.name, snippet=snippet.strip()[:120])
        shape = SHAPE.match(written)
        if shape is None:
            self.problems.append(Problem("error", "tag_syntax", {"tag": written, "detail": ""}, location))
            return None
        kind: Literal["variable", "block", "comment"] = (
            "variable" if shape["open"] == "{" else "block" if shape["open"] == "%" else "comment"
        )
        inner = shape["inner"].translate(STRAIGHT).strip()
        tag = Tag(len(self.tags), written, kind, shape["place"] or "", inner, context, location)
        if tag.place == "r" or (tag.place and kind == "variable"):
            tag.place = ""
        self.tags.append(tag)
        return tag


def cleaned(name: str, data: bytes) -> etree._Element:
    """This will parse a part without the characters that are no text and that our tokens are made of.

    Raises EngineError.
    """
    root = parsed(name, data)
    for element in root.iter(etree.Element):
        if element.text and RESERVED.search(element.text):
            element.text = RESERVED.sub("", element.text)
    return root


def repaired(name: str, root: etree._Element) -> Part:
    """This will find and mend all tags of a part."""
    part = Part(name, root)
    for element in part.root.iter(etree.Element):
        for key, value in _attributes(element):
            if "{{" in value or "{%" in value:
                element.set(key, _in_string(part, value, "plain"))
        if element.tag == w("p"):
            _paragraph(part, element)
        elif element.text and OPENED.search(element.text) and element.tag not in (w("t"), w("delText")):
            element.text = _in_string(part, element.text, "plain")
    _place_blocks(part)
    _renumber(part)
    part.problems += _unbalanced(part)
    return part


def _attributes(element: etree._Element) -> list[tuple[str, str]]:
    return [(str(key), str(value)) for key, value in element.attrib.items()]


def _in_string(part: Part, text: str, context: Context) -> str:
    def token(match: re.Match[str]) -> str:
        tag = part.add(match[0], context, text)
        if tag is None:
            return ""
        tag.place = ""
        return TOKEN.format(tag.number)

    return TAG.sub(token, text)


def _own_texts(paragraph: etree._Element) -> list[etree._Element]:
    """The text elements of a paragraph, without those of paragraphs inside it (text boxes)."""
    return [t for t in paragraph.iter(w("t")) if next(t.iterancestors(w("p")), None) is paragraph]


def _paragraph(part: Part, paragraph: etree._Element) -> None:
    texts = _own_texts(paragraph)
    joined = "".join(t.text or "" for t in texts)
    if not OPENED.search(joined):
        return
    owners = [index for index, t in enumerate(texts) for _ in t.text or ""]
    pieces: list[list[str]] = [[] for _ in texts]
    at = 0
    for match in TAG.finditer(joined):
        _spread(pieces, owners, joined, at, match.start())
        tag = part.add(match[0], "text", joined)
        if tag is not None:
            pieces[owners[match.start()]].append(TOKEN.format(tag.number))
        at = match.end()
    _spread(pieces, owners, joined, at, len(joined))
    left = "".join("".join(piece) for piece in pieces)
    if stray := OPENED.search(left):
        location = Location(part=part.name, snippet=joined.strip()[:120])
        part.problems.append(Problem("error", "tag_unclosed", {"tag": left[stray.start() :][:40]}, location))
    for t, piece in zip(texts, pieces, strict=True):
        t.text = "".join(piece)
        t.set(XML_SPACE, "preserve")


def _spread(pieces: list[list[str]], owners: list[int], joined: str, start: int, end: int) -> None:
    """Text outside of tags stays in the run it was in."""
    for index in range(start, end):
        pieces[owners[index]].append(joined[index])


def _place_blocks(part: Part) -> None:
    """Tags for whole paragraphs, rows and cells take the place of these.

    A marker element stands there until the XML is written.
    """
    for holder_tag in ("tr", "tc", "p"):
        for holder in list(part.root.iter(w(holder_tag))):
            inside = _tags_of(part, holder)
            structural = [tag for tag in inside if tag.place == holder_tag and _nearest(tag, holder, part) is holder]
            parent = holder.getparent()
            if not structural or parent is None:
                continue
            _report_loss(part, holder, structural[0])
            at = parent.index(holder)
            for offset, tag in enumerate(structural):
                marker = etree.Element(w("tag"))
                marker.set("n", str(tag.number))
                parent.insert(at + offset, marker)
            parent.remove(holder)
    here = {int(n) for n in SLOT.findall(part.xml())} | {int(m.get("n", "-1")) for m in part.root.iter(w("tag"))}
    markers = {int(m.get("n", "-1")) for m in part.root.iter(w("tag"))}
    for tag in part.tags:
        if tag.place and tag.number in here - markers:
            params = {"tag": tag.written, "place": PLACES[tag.place]}
            part.problems.append(Problem("error", "block_place", params, tag.location))


def _tags_of(part: Part, holder: etree._Element) -> list[Tag]:
    return [part.tags[int(n)] for t in holder.iter(w("t")) for n in SLOT.findall(t.text or "")]


def _nearest(tag: Tag, holder: etree._Element, part: Part) -> etree._Element | None:
    token = TOKEN.format(tag.number)
    text = next(t for t in holder.iter(w("t")) if token in (t.text or ""))
    return next(text.iterancestors(holder.tag), None)


def _report_loss(part: Part, holder: etree._Element, tag: Tag) -> None:
    lost = "".join(
        part.tags[int(n)].written if n else rest for t in holder.iter(w("t")) for n, rest in _split(t.text or "", part)
    )
    if lost.strip():
        params = {"tag": tag.written, "text": lost.strip()[:120]}
        part.problems.append(Problem("warning", "text_beside_tag", params, tag.location))


def _split(text: str, part: Part) -> Iterator[tuple[str, str]]:
    """Plain pieces and the numbers of tags that are not structural themselves."""
    for index, piece in enumerate(SLOT.split(text)):
        if index % 2 == 0:
            yield "", piece
        elif not part.tags[int(piece)].place:
            yield piece, ""


def _renumber(part: Part) -> None:
    """Tags in the order of the document, each with its path in the layout; what went with its row is forgotten."""
    order: list[Tag] = []

    def follow(number: str, element: etree._Element) -> str:
        tag = part.tags[int(number)]
        tag.path = tuple(
            (str(etree.QName(up).localname), id(up)) for up in reversed([element, *element.iterancestors()])
        )
        order.append(tag)
        return str(len(order) - 1)

    def in_order(text: str, element: etree._Element) -> str:
        return SLOT.sub(lambda match: TOKEN.format(follow(match[1], element)), text)

    elements = list(part.root.iter(etree.Element))  # held, so that the identities in the paths stay theirs
    for element in elements:
        for key, value in _attributes(element):
            if SLOT.search(value):
                element.set(key, in_order(value, element))
        if element.tag == w("tag"):
            parent = element.getparent()
            element.set("n", follow(element.get("n", "0"), parent if parent is not None else element))
        elif element.text and SLOT.search(element.text):
            element.text = in_order(element.text, element)
    for number, tag in enumerate(order):
        tag.number = number
    part.tags = order


def _unbalanced(part: Part) -> Iterator[Problem]:
    stack: list[Tag] = []
    for tag in part.tags:
        word = tag.keyword
        if tag.kind != "block":
            continue
        if word in ENDS:
            stack.append(tag)
        elif word in ("elif", "else", "endif", "endfor"):
            opener = stack[-1] if stack else None
            fits = opener is not None and word in (
                ("else", ENDS[opener.keyword], "elif") if opener.keyword == "if" else ("else", "endfor")
            )
            if opener is None or not fits:
                yield Problem("error", "block_unopened", {"tag": tag.written}, tag.location)
                continue
            if not _same_place(opener, tag):
                yield Problem("error", "block_crosses", {"tag": opener.written}, opener.location)
            if word in ENDS.values():
                stack.pop()
        elif word != "set":
            yield Problem("error", "unsupported_tag", {"tag": tag.written}, tag.location)
    for tag in stack:
        yield Problem(
            "error", "block_unclosed", {"tag": tag.written, "end": "{% " + ENDS[tag.keyword] + " %}"}, tag.location
        )


def _same_place(start: Tag, end: Tag) -> bool:
    """Cutting out or repeating what stands between must leave whole elements.

    Below the shared one, both lie at the same depth.
    """
    if bool(start.place) != bool(end.place) or start.context != end.context:
        return False
    shared = 0
    for one, other in zip(start.path, end.path, strict=False):
        if one != other:
            break
        shared += 1
    return [name for name, _ in start.path[shared:]] == [name for name, _ in end.path[shared:]]


def jinja_source(part: Part) -> str:
    """This will give the part as one Jinja source: static XML with the tags in place of their tokens."""
    xml = re.sub(r'<(?:\w+:)?tag n="(\d+)"/>', lambda m: TOKEN.format(m[1]), part.xml())
    return SLOT.sub(lambda m: part.tags[int(m[1])].source, xml)
