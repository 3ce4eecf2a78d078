"""What can go wrong in silence, looked for in the text of each finished PDF of a run. Runs in the sandbox child.

Three rules, each certain enough to fail a row: no tag of a template is left (unless the row itself holds braces), no
character came out as U+FFFD (unless the row holds one), and each name that the template prints stands in the document.
Which names it prints is learned once a source, from its sample row with a mark in the place of each name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from docuai.engines import schema as schemas
from docuai.engines.base import EngineError, Row

Path = tuple[str, ...]
UNREADABLE = "\ufffd"
LONGEST = 80  # a longer value may be broken over two pages, with a footer in the midst of it
LATIN = "\u024f"  # beyond: scripts whose letters a PDF may hold in another order or shape
_TAG = re.compile(r"\{\{[^{}]{1,200}\}\}|\{%[^{}]{1,200}%\}")
_SPECIAL = {"format", "enum", "const", "pattern"}
_WORD = re.compile(r"[^\W_]{2,}")


def check(text: str, row: Row, printed: frozenset[Path]) -> None:
    """This will raise EngineError when a document's text shows that it is not what its row asks for."""
    refuse_leftovers(text, row)
    if UNREADABLE in text and UNREADABLE not in "".join(texts_in(row)):
        raise EngineError("unreadable_text")
    plain = ""
    for path in sorted(printed):
        value = _at(row, path)
        if not isinstance(value, str) or len(value) > LONGEST or value in text or max(value, default="") > LATIN:
            continue
        plain = plain or _plain(text)
        if missing := next((word for word in _WORD.findall(value) if _plain(word) not in plain), ""):
            raise EngineError("value_missing", field=".".join(path), word=missing)


def refuse_leftovers(text: str, row: Row) -> None:
    """This will raise EngineError when a tag of a template stands in a text, and no brace in the row it is made of."""
    found = _TAG.search(text) if "{" in text else None
    if found is not None and "{" not in "".join(texts_in(row)):
        raise EngineError("leftover_tag", tag=" ".join(found[0].split())[:80])


def names_printed(schema: Mapping[str, Any], sample: Row | None, text_of: Callable[[Row], str]) -> frozenset[Path]:
    """This will learn which names of a row a template prints whole; ``text_of`` renders one and reads it.

    A mark is three words, so that a template which takes initials or a first name counts as one that does not print it.
    A sample that cannot be rendered teaches nothing.
    """
    marks = {path: f"Qzx{number}qy Wkv{number}jh Xpt{number}mb" for number, path in enumerate(_names(schema))}
    if not marks:
        return frozenset()
    row = deepcopy(dict(sample or schemas.sample_of(dict(schema))))
    for path, mark in marks.items():
        inner = row
        for part in path[:-1]:
            inner = inner.setdefault(part, {})
        inner[path[-1]] = mark
    try:
        plain = _plain(text_of(row))
    except EngineError:
        return frozenset()
    return frozenset(path for path, mark in marks.items() if all(_plain(word) in plain for word in mark.split()))


def texts_in(value: Any) -> Iterator[str]:
    """This will yield every text in a row."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from texts_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts_in(part)


def _names(schema: Mapping[str, Any], above: Path = ()) -> Iterator[Path]:
    """Plain texts whose own name ends with "name" that every row must have."""
    required = schema.get("required", ())
    for name, part in (schema.get("properties") or {}).items():
        if name not in required or not isinstance(part, Mapping) or part.get("readOnly"):
            continue
        if part.get("type") == "object":
            yield from _names(part, (*above, name))
        elif part.get("type") == "string" and name.endswith("name") and not _SPECIAL & part.keys():
            yield (*above, name)


def _at(row: Any, path: Path) -> Any:
    for part in path:
        row = row.get(part) if isinstance(row, Mapping) else None
    return row


def _plain(text: str) -> str:
    """Letters and digits alone, small, without marks: what neither line breaks, hyphens nor ligatures change."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(filter(str.isalnum, apart))
