"""What is valid by the schema and still most likely wrong: a line break in a name, a formula, a letter that no font has.

A batch is looked at as one text first; only if that shows something are its cells looked at.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from docuai.bulk.applying import FieldReader
from docuai.bulk.faults import Answer, Fault, excerpt_of
from docuai.bulk.fields import pointer_of
from docuai.bulk.naming import beyond_ascii
from docuai.bulk.validating import texts_in

SINGLE_LINE = 200  # a text field that holds no more characters than this is one line on the page
_BREAK = re.compile(r"[\r\n\u2028\u2029]")
_SEPARATOR = "\x1f"


class Suspicions:
    """The checks that the schema cannot express. `coverage` gives the characters of a text that no font has."""

    def __init__(self, readers: Sequence[FieldReader], coverage: Callable[[str], str] | None) -> None:
        self._text_paths = [reader.path for reader in readers if reader.spec.type in ("text", "email")]
        self._paths = [reader.path for reader in readers if reader.entry.source.kind != "constant"]
        self._single = {
            pointer_of(reader.path) for reader in readers if 0 < (reader.spec.max_length or 0) <= SINGLE_LINE
        }
        self._coverage = coverage
        self._known: dict[str, bool] = {}  # character: whether a font has it
        self._ascii_covered = coverage is not None and not coverage("".join(map(chr, range(32, 127))))

    def row_texts(self, columns: Mapping[str, Sequence[Any]], values: Sequence[Mapping[str, Any]]) -> list[str]:
        """This will give all texts of each row as one, a separator between them: the base of `look` and `measure`."""
        texts = [columns[path] for path in self._text_paths if path in columns]
        if not texts:
            return [_SEPARATOR.join(text for _, text in texts_in(row)) for row in values]
        plain = {str}
        cells = [column if set(map(type, column)) == plain else [_text(value) for value in column] for column in texts]
        return list(map(_SEPARATOR.join, zip(*cells, strict=True)))

    def is_plain(self, distinct: Mapping[str, Sequence[Any]]) -> bool:
        """This will say whether no row can need a closer look, told by what stands in each column."""
        found = list(chain.from_iterable(distinct.get(path, ()) for path in self._text_paths))
        texts = found if {str}.issuperset(map(type, found)) else [text for text in found if type(text) is str]
        return not self._is_odd(_SEPARATOR + _SEPARATOR.join(texts))

    def look(self, first: int, row_texts: Sequence[str]) -> set[int]:
        """This will give the numbers of rows in a batch that need a closer look."""
        if not self._is_odd(_SEPARATOR.join(row_texts)):
            return set()
        return {number for number, text in enumerate(row_texts, first) if self._is_odd(text)}

    def explain(self, number: int, values: Mapping[str, Any], column_of: Callable[[str], str]) -> Iterator[Fault]:
        """This will give the faults of one row."""
        for pointer, text in texts_in(values):
            for code, params, answers in self._kinds(pointer, text):
                yield Fault(number, code, pointer, column_of(pointer), params, excerpt_of(text), answers)

    def empties(self, columns: Mapping[str, Sequence[Any]], values: Sequence[Mapping[str, Any]]) -> list[int]:
        """This will give the number of empty fields of each row."""
        if not columns:
            return [sum(1 for value in row.values() if value in (None, "", [])) for row in values]
        empties = [0] * len(values)
        for path in self._paths:
            column = columns.get(path, ())
            if None in column:
                empties = [count + (value is None) for count, value in zip(empties, column, strict=True)]
        return empties

    def _is_odd(self, whole: str) -> bool:
        if whole.startswith("=") or f"{_SEPARATOR}=" in whole or f"{_SEPARATOR} =" in whole:
            return True
        if self._single and ("\n" in whole or "\r" in whole or "\u2028" in whole):
            return True
        return self._coverage is not None and bool(self._missing(whole))

    def _missing(self, text: str) -> str:
        """The characters that no font has, each asked for once."""
        if self._coverage is None or text.isascii():
            return ""
        characters = beyond_ascii(text) if self._ascii_covered else set(text)
        for character in characters - self._known.keys():
            ignored = character.isspace() or not character.isprintable()
            self._known[character] = ignored or not self._coverage(character)
        return "".join(sorted((character for character in characters if not self._known[character]), key=text.index))

    def _kinds(self, pointer: str, text: str) -> list[tuple[str, dict[str, Any], tuple[Answer, ...]]]:
        found: list[tuple[str, dict[str, Any], tuple[Answer, ...]]] = []
        if text.lstrip().startswith("="):
            found.append(("leading_equals", {}, (Answer(text.lstrip().lstrip("=").lstrip(), "guess"),)))
        if pointer in self._single and _BREAK.search(text.strip()):
            found.append(("line_break", {}, (Answer(" ".join(text.split())),)))
        if missing := self._missing(text):
            found.append(("missing_glyph", {"characters": ", ".join(missing[:10])}, ()))
        return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
