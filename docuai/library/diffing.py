"""What differs between two versions: source lines (Typst), fields, files beside, languages."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from docuai.library.content import Content
from docuai.library.schemas import lines_of

CONTEXT = 3
MAX_LINES = 2000


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of one or both sides: kind is add, del, same or gap; numbers are those of each side."""

    kind: str
    text: str
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that came, went or changed; each side is in words."""

    path: str
    before: str
    after: str

    @property
    def kind(self) -> str:
        """This will say whether it came, went or changed."""
        return "add" if not self.before else "del" if not self.after else "change"


def source_diff(before: Content, after: Content, language: str) -> list[DiffLine]:
    """This will compare the sources of a language line by line; nothing for Word files."""
    if before.engine != "typst":
        return []
    old, new = (_lines(content, language) for content in (before, after))
    found: list[DiffLine] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for number, group in enumerate(matcher.get_grouped_opcodes(CONTEXT)):
        if number:
            found.append(DiffLine("gap", ""))
        for tag, a, b, c, d in group:
            if tag == "equal":
                found += [DiffLine("same", old[a + n], a + n + 1, c + n + 1) for n in range(b - a)]
                continue
            found += [DiffLine("del", old[n], before=n + 1) for n in range(a, b)]
            found += [DiffLine("add", new[n], after=n + 1) for n in range(c, d)]
    return found[:MAX_LINES]


def field_diff(before: Mapping[str, Any], after: Mapping[str, Any], required: str, optional: str) -> list[FieldChange]:
    """This will compare the fields of two schemas; the words for required and optional are the caller's."""
    old, new = ({line.path: line for line in lines_of(schema)} for schema in (before, after))

    def said(lines: Any, path: str) -> str:
        line = lines.get(path)
        return f"{line.label}, {required if line.required else optional}" if line else ""

    pairs = [FieldChange(path, said(old, path), said(new, path)) for path in dict.fromkeys([*old, *new])]
    return [pair for pair in pairs if pair.before != pair.after]


def file_diff(before: Content, after: Content) -> list[tuple[str, str]]:
    """This will name the files that came, went or changed: sources of languages, and files beside them."""
    old = {**{f"{key}: {before.name_of(key)}": data for key, data in before.sources.items()}, **before.assets}
    new = {**{f"{key}: {after.name_of(key)}": data for key, data in after.sources.items()}, **after.assets}
    kinds = {name: "add" if name not in old else "del" if name not in new else "change" for name in [*old, *new]}
    return [(name, kind) for name, kind in sorted(kinds.items()) if old.get(name) != new.get(name)]


def _lines(content: Content, language: str) -> list[str]:
    source = content.sources.get(language) or next(iter(content.sources.values()), b"")
    return source.decode("utf-8-sig", "replace").splitlines()
