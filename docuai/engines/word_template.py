"""A Word source made ready: cleaned, each part repaired and compiled once, static parts deflated.

Then rendered in about a millisecond.

`analyzed` reads and checks (slow, at upload and once a version), `Compiled` renders. All problems are listed, none
stops the reading.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from jinja2 import Template, TemplateError, UndefinedError, nodes

from docuai.engines import word_mark, word_package, word_zip
from docuai.engines.base import MAX_DOCUMENT_BYTES, EngineError, Location, Problem
from docuai.engines.schema import ITEM, MAX_ITEMS, Need
from docuai.engines.word_expressions import (
    MAX_LOOP_DEPTH,
    Scope,
    WordEnvironment,
    chain_of,
    check,
    data_of,
    environment,
    note_condition,
    note_uses,
    parsed,
    place_of,
)
from docuai.engines.word_pictures import Gallery, Slot, expression, placeholders, with_calls, with_relations
from docuai.engines.word_tags import Part, Tag, cleaned, jinja_source, repaired

FILLED = re.compile(
    r"^(word/(document\d*|header\d*|footer\d*|footnotes|endnotes|comments)\.xml|docProps/(core|app|custom)\.xml)$"
)
OPEN_TAG = re.compile(rb"\{\{|\{%")
OWN_NAME = re.compile(r"(?<![\w.'\"])_\w*")
KEYWORDS = frozenset(("if", "elif", "else", "endif", "for", "endfor", "set"))
STRING = re.compile(r"'[^']*'|\"[^\"]*\"")


@cache
def word_environment() -> WordEnvironment:
    """This will give the one environment of this process."""
    return environment()


@dataclass(slots=True)
class Analysis:
    """What a Word source holds: its parts with their tags and placeholders, the fields they need, every problem."""

    package: word_package.Package
    parts: dict[str, Part] = field(default_factory=dict)
    slots: dict[str, list[Slot]] = field(default_factory=dict)
    need: Need = field(default_factory=Need)
    problems: list[Problem] = field(default_factory=list)


def analyzed(raw: bytes, *, test: bool = False) -> Analysis:
    """This will open, repair and check a Word source; raises EngineError for what is no usable Word file at all.

    ``test``: each page of what is made of it carries TEST.
    """
    found = Analysis(word_package.opened(raw))
    if test:
        word_mark.mark(found.package)
    found.problems = list(found.package.problems)
    count = 0
    for name, data in found.package.files.items():
        if FILLED.match(name) or name == found.package.document:
            root = cleaned(name, data)
            slots = placeholders(root, count)
            count += len(slots)
            part = repaired(name, root)
            found.parts[name], found.slots[name] = part, slots
            found.problems += part.problems
            found.problems += _read_tags(part, found.need)
            for slot in slots:
                _note_picture(slot, part, found.need)
        elif name.endswith(".xml") and OPEN_TAG.search(data) and b"{{" in re.sub(rb"<[^>]*>", b"", data):
            found.problems.append(Problem("warning", "tag_ignored", {"part": name}, Location(part=name)))
    return found


def _note_picture(slot: Slot, part: Part, need: Need) -> None:
    if slot.field == "qr":
        need.touch(["check_url"], sure=False)
    elif slot.field == "logo":
        need.touch(["brand", "logo"], tested=True).kind = "picture"
    else:
        scope = next((loops for number, loops in _loops_by_slot(part) if number == slot.number), [])
        first, *rest = slot.field.split(".")
        path = next((path for name, path in reversed(scope) if name == first), [first])
        need.touch(path + rest, tested=True).kind = "picture"


def _loops_by_slot(part: Part) -> Iterator[tuple[int, list[tuple[str, list[str]]]]]:
    """Which loops are open where a placeholder stands: by reading the finished source from left to right."""
    loops: list[tuple[str, list[str]]] = []
    for match in re.finditer(r"\ufdd2 (for|endfor)(.*?) \ufdd3|drawing slot=\"(\d+)\"", jinja_source(part)):
        if match[3]:
            yield int(match[3]), list(loops)
        elif match[1] == "endfor":
            if loops:
                loops.pop()
        elif loop := re.match(r"\s*(\w+)\s+in\s+([\w.]+)", match[2]):
            first, *rest = loop[2].split(".")
            start = next((path for name, path in reversed(loops) if name == first), [first])
            loops.append((loop[1], [*start, *rest, ITEM]))


def _read_tags(part: Part, need: Need) -> Iterator[Problem]:
    """Check each tag on its own, and walk all of them in order with the loops and conditions they stand in."""
    scope, opened = Scope(need), [""]
    for tag in part.tags:
        if tag.kind == "comment":
            continue
        if tag.kind == "block" and tag.keyword not in KEYWORDS:
            continue  # told already, with the blocks
        node = _parsed(tag)
        if isinstance(node, str):
            yield Problem("error", "tag_syntax", {"tag": tag.written, "detail": node}, tag.location)
            if tag.keyword in ("for", "if"):
                opened.append(tag.keyword)
                _open_blindly(tag, scope)
            continue
        if own := OWN_NAME.search(STRING.sub("", tag.inner)):
            yield Problem("error", "forbidden_expression", {"tag": tag.written, "what": own[0]}, tag.location)
        if node is not None:
            yield from check(node, tag.written, tag.location)
        yield from _follow(tag, node, scope, opened)


def _open_blindly(tag: Tag, scope: Scope) -> None:
    if tag.keyword == "for":
        scope.loops.append(("", []))
    else:
        scope.guards.append([])


def _parsed(tag: Tag) -> nodes.Node | str | None:
    """One tag as a tree: blocks are closed at once, `elif` is read as `if`, closing tags have none."""
    env, source, keyword = word_environment(), tag.source, tag.keyword
    if keyword in ("endif", "endfor", "else"):
        return None
    if keyword == "elif":
        source = source.replace("elif", "if", 1)
    if keyword in ("if", "elif"):
        source += "\ufdd2 endif \ufdd3"
    elif keyword == "for":
        source += "\ufdd2 endfor \ufdd3"
    if tag.context == "plain" and tag.kind == "variable":
        source = f"\ufdd0 {tag.inner} \ufdd1"
    tree = parsed(env, source)
    return tree if isinstance(tree, str) else tree.body[0] if tree.body else None


def _follow(tag: Tag, node: nodes.Node | None, scope: Scope, opened: list[str]) -> Iterator[Problem]:
    if tag.keyword in ("endif", "endfor"):
        if len(opened) > 1 and tag.keyword == "end" + opened[-1]:
            (scope.guards if opened.pop() == "if" else scope.loops).pop()
    elif tag.keyword in ("else", "elif") and opened[-1] == "if":
        scope.guards.pop()
        if isinstance(node, nodes.If):
            note_condition(node.test, scope)
        else:
            scope.guards.append([])
    elif isinstance(node, nodes.If):
        opened.append("if")
        note_condition(node.test, scope)
    elif isinstance(node, nodes.For):
        opened.append("for")
        yield from _follow_loop(tag, node, scope)
    elif isinstance(node, nodes.Assign):
        note_uses(node.node, scope)
        if isinstance(node.target, nodes.Name):
            scope.local.add(node.target.name)
    elif node is not None:
        note_uses(node, scope)


def _follow_loop(tag: Tag, node: nodes.For, scope: Scope) -> Iterator[Problem]:
    place = place_of(node.iter, scope) if chain_of(node.iter) else None
    if place is not None:
        need = scope.touch(place)
        need.item = need.item or Need(sure=True)
    name = node.target.name if isinstance(node.target, nodes.Name) else ""
    scope.loops.append((name, [*place, ITEM] if place is not None else ["_"]))
    if place is None or not name:
        scope.local.update(n.name for n in node.target.find_all(nodes.Name))
        scope.loops[-1] = ("", [])
    if len(scope.loops) > MAX_LOOP_DEPTH:
        params = {"depth": len(scope.loops), "limit": MAX_LOOP_DEPTH}
        yield Problem("error", "nested_loops", params, tag.location)
    if node.test is not None:
        note_uses(node.test, scope)


class Compiled:
    """One source in one brand color, ready to render rows."""

    def __init__(self, analysis: Analysis, brand: tuple[str, str] | None) -> None:
        env, package = word_environment(), analysis.package
        self.templates: dict[str, Template] = {}
        self.slots = {slot.number: slot for slots in analysis.slots.values() for slot in slots}
        self.rels: dict[str, str] = {}
        swap = brand_swap(package, brand)
        files = dict(package.files)
        for name, part in analysis.parts.items():
            if not part.tags and not analysis.slots[name]:
                continue
            source = swap(with_calls(jinja_source(part), analysis.slots[name]))
            self.templates[name] = env.from_string(source)
            if analysis.slots[name]:
                rels = word_package.rels_name(name)
                self.rels[name] = _without(files, name, rels, source, analysis.slots[name])
        if self.slots:
            files["[Content_Types].xml"] = _picture_types(files["[Content_Types].xml"])
        dynamic = set(self.templates) | {word_package.rels_name(name) for name in self.rels}
        for name, data in files.items():
            if name.startswith("word/") and name.endswith(".xml") and name not in dynamic:
                files[name] = swap(data.decode()).encode()
        order = ["[Content_Types].xml", *(name for name in files if name != "[Content_Types].xml")]
        self.static = [word_zip.entry(name, files[name], 9) for name in order if name not in dynamic]

    def render(self, row: Mapping[str, Any]) -> bytes:
        """This will render one row as a Word file; raises EngineError."""
        gallery = Gallery(self.slots, row)
        data = data_of(row) | {"_picture": gallery.take}
        entries = list(self.static)
        for name, template in self.templates.items():
            xml = _mended(self._filled(name, template, data))
            entries.append(word_zip.entry(name, xml.encode()))
            if name in self.rels:
                rels = with_relations(self.rels[name], gallery.next_part())
                entries.append(word_zip.entry(word_package.rels_name(name), rels.encode()))
        entries += [word_zip.entry(f"word/{name}", content) for name, content in gallery.files.items()]
        return word_zip.written(entries)

    def _filled(self, name: str, template: Template, data: dict[str, Any]) -> str:
        pieces, size = [], 0
        try:
            for piece in template.root_render_func(template.new_context(data)):
                pieces.append(piece)
                size += len(piece)
                if size > MAX_DOCUMENT_BYTES:
                    raise EngineError("document_too_large", megabytes=MAX_DOCUMENT_BYTES // 1024**2)
        except EngineError as error:
            if not error.location.part:
                error.location = Location(part=name)
            raise
        except UndefinedError as error:
            missing = re.findall(r"'([^']+)'", str(error))
            raise EngineError(
                "field_missing", location=Location(part=name), field=missing[-1] if missing else "?"
            ) from error
        except (TemplateError, TypeError, ValueError, ArithmeticError, RecursionError) as error:
            raise EngineError("template_error", location=Location(part=name), detail=str(error)[:200]) from error
        return "".join(pieces)


def _mended(xml: str) -> str:
    """A cell whose paragraphs all fell away needs one again, a table without rows must go.

    Word calls the file damaged otherwise.
    """
    if "</w:tcPr></w:tc>" in xml:
        xml = xml.replace("</w:tcPr></w:tc>", "</w:tcPr><w:p/></w:tc>")
    if "<w:tc></w:tc>" in xml:
        xml = xml.replace("<w:tc></w:tc>", "<w:tc><w:p/></w:tc>")
    if "</w:tblGrid></w:tbl>" in xml:
        xml = re.sub(r"<w:tbl>(?:(?!<w:tbl>).)*?</w:tblGrid></w:tbl>", "<w:p/>", xml, flags=re.DOTALL)
    return xml


def _without(files: dict[str, bytes], part: str, rels: str, source: str, slots: list[Slot]) -> str:
    """The part's relationships without placeholders that nothing shows any more; their files go with them."""
    text = files[rels].decode()
    for relation in {slot.relation for slot in slots if not slot.keeps}:
        if f'"{relation}"' in source or any(slot.keeps and slot.relation == relation for slot in slots):
            continue
        link = re.search(rf'<Relationship [^>]*\bId="{re.escape(relation)}"[^>]*/>', text)
        if link is None:
            continue
        text = text.replace(link[0], "")
        target = re.search(r'Target="([^"]+)"', link[0])
        media = word_package.target_of(part, target[1]) if target else ""
        wanted = posixpath.basename(media).encode()
        others = (data for name, data in files.items() if name.endswith(".rels") and name != rels)
        if media and wanted.decode() not in text and not any(wanted in data for data in others):
            files.pop(media, None)
    return re.sub(r"<Relationships([^>]*)/>", r"<Relationships\1></Relationships>", text)


def _picture_types(types: bytes) -> bytes:
    text = types.decode()
    for extension in ("png", "jpeg", "gif"):
        if not re.search(rf'Extension="{extension}"', text, re.IGNORECASE):
            default = f'<Default Extension="{extension}" ContentType="image/{extension}"/>'
            text = re.sub(r"(<Types[^>]*>)", rf"\g<1>{default}", text, count=1)
    return text.encode()


def brand_color(package: word_package.Package) -> str | None:
    """This will give the color that stands for the brand's: the document property `brand_color`, six hex digits."""
    properties = package.files.get("docProps/custom.xml", b"").decode(errors="replace")
    found = re.search(r'name="brand_color"[^>]*>\s*<vt:lpwstr>#?([0-9A-Fa-f]{6})</vt:lpwstr>', properties)
    return found[1].upper() if found else None


def brand_swap(package: word_package.Package, brand: tuple[str, str] | None) -> Any:
    """This will give the function that puts a brand's colors (for rules, for text) in place of the template's one."""
    own = brand_color(package)
    if own is None or brand is None:
        return lambda xml: xml
    color, ink = brand
    pattern = re.compile(rf'\b(w:val|w:color|w:fill)="{own}"', re.IGNORECASE)
    return lambda xml: pattern.sub(lambda m: f'{m[1]}="{ink if m[1] == "w:val" else color}"', xml)


def brand_colors(row: Mapping[str, Any]) -> tuple[str, str] | None:
    """This will give a row's brand color and the same hue dark enough for text (7:1 on white).

    None if the row has none.
    """
    brand = row.get("brand")
    color = str(brand.get("color") or "").lstrip("#").upper() if isinstance(brand, Mapping) else ""
    if not re.fullmatch(r"[0-9A-F]{6}", color):
        return None
    return color, ink_of(color)


@cache
def ink_of(color: str) -> str:
    """This will darken a color until it reads well as text.

    Contrast 7:1 on white, WCAG 2.2 relative luminance, gamma 2.2.
    """
    channels = [int(color[i : i + 2], 16) for i in (0, 2, 4)]
    while (
        1.05 / (0.05 + sum(k * (c / 255) ** 2.2 for k, c in zip((0.2126, 0.7152, 0.0722), channels, strict=True))) < 7
    ):
        channels = [int(channel * 0.95) for channel in channels]
    return "".join(f"{channel:02X}" for channel in channels)


def check_lists(row: Any, path: str = "") -> None:
    """This will refuse a row with a list longer than a document may have; raises EngineError."""
    if isinstance(row, Mapping):
        for key, value in row.items():
            check_lists(value, f"{path}.{key}" if path else str(key))
    elif isinstance(row, list):
        if len(row) > MAX_ITEMS:
            raise EngineError("list_too_long", path=path, count=len(row), limit=MAX_ITEMS)
        for value in row:
            if isinstance(value, (dict, list)):
                check_lists(value, path)


__all__ = ["Analysis", "Compiled", "analyzed", "brand_colors", "check_lists", "expression"]
