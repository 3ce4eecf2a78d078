"""What every engine takes and gives: versions, options, results, problems, and the one error type.

Plain values without Django, because the sandbox child imports this module too. A problem carries its code and
parameters; its words come from `messages.py` and are translated when they are read, in the language of whoever reads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol

from docuai.engines.messages import hint_for, message_for

Severity = Literal["error", "warning", "notice"]
Format = Literal["pdf", "docx"]
Row = Mapping[str, Any]

MIME: dict[str, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
MAX_PAGES = 200
MAX_DOCUMENT_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Location:
    """Where in a template something is: a part of the file, a line and column.

    Both from 1, the text around it, a field.
    """

    part: str = ""
    line: int | None = None
    column: int | None = None
    snippet: str = ""
    path: str = ""

    def __str__(self) -> str:
        place = ":".join(str(piece) for piece in (self.part, self.line, self.column) if piece not in ("", None))
        return " · ".join(piece for piece in (place, self.path, self.snippet) if piece)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that inspection found in a template.

    "error" blocks publishing, "notice" tells what a converter cannot do.
    """

    severity: Severity
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    location: Location = Location()

    @property
    def message(self) -> str:
        """This will say what is wrong in the reader's language."""
        return message_for(self.code, self.params)

    @property
    def hint(self) -> str:
        """This will say what to do about it, or nothing."""
        return hint_for(self.code, self.params)


class EngineError(Exception):
    """The one error of all engines: a code, words for people, a place, and whether trying again may help."""

    def __init__(self, code: str, *, location: Location | None = None, retryable: bool = False, **params: Any) -> None:
        self.code, self.location, self.retryable, self.params = code, location or Location(), retryable, params
        super().__init__(code)

    @property
    def message(self) -> str:
        """This will say what is wrong in the reader's language."""
        return message_for(self.code, self.params)

    @property
    def hint(self) -> str:
        """This will say what to do about it, or nothing."""
        return hint_for(self.code, self.params)

    def __str__(self) -> str:
        return self.message

    def as_wire(self) -> dict[str, Any]:
        """This will give the plain values that cross the pipe from the sandbox child."""
        return {
            "code": self.code,
            "params": self.params,
            "location": asdict(self.location),
            "retryable": self.retryable,
        }

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> EngineError:
        """This will make the error again on the parent's side."""
        location = Location(**wire["location"])
        return cls(wire["code"], location=location, retryable=wire["retryable"], **wire["params"])


@dataclass(frozen=True, slots=True)
class Field:
    """A value that the template asks of each row; `path` is dotted, `lines[].price` for a value of a list's items."""

    path: str
    type: str
    required: bool = True
    read_only: bool = False
    description: str = ""
    example: Any = None
    used: bool = True


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can give on this machine; `cost` chooses the queue (fast or slow)."""

    formats: tuple[str, ...]
    pdf_a: bool
    pdf_ua: bool
    deterministic: bool = True
    cost: Literal["fast", "slow"] = "fast"
    source_extension: str = ""
    one_source_for_all_languages: bool = False
    converter: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a Word source (`kind`: document, header, footer, footnotes, endnotes, comments, properties) and its tags."""

    language: str
    kind: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inspection:
    """What an upload holds: its fields as one JSON Schema.

    2020-12 and as a flat list, a sample row, every problem at once.
    """

    fields: tuple[Field, ...]
    schema: dict[str, Any]
    sample: dict[str, Any]
    problems: tuple[Problem, ...]
    capabilities: Capabilities
    parts: tuple[Part, ...] = ()

    @property
    def ok(self) -> bool:
        """This will say whether nothing stands against publishing."""
        return not any(problem.severity == "error" for problem in self.problems)


def content_hash(
    engine: str, sources: Mapping[str, bytes], assets: Mapping[str, bytes], schema: Mapping[str, Any] | None = None
) -> str:
    """This will name a version's content: the same bytes give the same 64 hex digits."""
    import json

    total = hashlib.sha256(engine.encode())
    for group in (sources, assets):
        for name in sorted(group):
            total.update(f"\0{name}\0{len(group[name])}\0".encode())
            total.update(group[name])
        total.update(b"\1")
    total.update(json.dumps(schema, sort_keys=True).encode())
    return total.hexdigest()


@dataclass(frozen=True, slots=True)
class VersionSource:
    """A template version as engines see it: one source a language, files beside it, its schema.

    The first language is the fallback.
    """

    engine: str
    sources: Mapping[str, bytes]
    assets: Mapping[str, bytes] = field(default_factory=dict)
    schema: Mapping[str, Any] | None = None
    content_hash: str = ""

    def __post_init__(self) -> None:
        if not self.content_hash:
            digest = content_hash(self.engine, self.sources, self.assets, self.schema)
            object.__setattr__(self, "content_hash", digest)

    def language_for(self, row: Row, wanted: str) -> str:
        """This will choose the source: the row's own `lang`, else the wanted one, else the first there is."""
        for language in (row.get("lang"), wanted):
            if isinstance(language, str) and language in self.sources:
                return language
        return next(iter(self.sources))


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How to render. `document_date` (ISO) is written into the file instead of the clock.

    `brand` fills the rows' brand. `check_text` reads each PDF and refuses what went wrong in silence (`text_check.py`).
    """

    format: str = "pdf"
    language: str = ""
    pdf_a: bool = True
    test: bool = False
    document_date: str = ""
    title: str = ""
    brand: Mapping[str, Any] | None = None
    with_text: bool = False
    check_text: bool = False


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished document. `pages` is None for Word files; `text` is filled when the options ask for it."""

    content: bytes
    mime: str
    pages: int | None
    warnings: tuple[str, ...]
    engine_fingerprint: str
    language: str = ""
    text: str | None = None


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row of a batch: a document or an error, never both."""

    index: int
    rendered: Rendered | None = None
    error: EngineError | None = None


class Prepared(Protocol):
    """A version made ready: linted, compiled, cached by its content hash."""

    def render(self, row: Row, options: RenderOptions) -> Rendered:
        """This will render one row; raises EngineError."""
        ...


class Engine(Protocol):
    """An engine inside the sandbox child.

    Other slices use `services.py`, which never parses anything in its own process.
    """

    name: str

    def capabilities(self) -> Capabilities:
        """This will say what the engine can give on this machine."""
        ...

    def fingerprint(self, output: str) -> str:
        """This will name everything that decides the bytes: engine, fonts, converter."""
        ...

    def inspect(self, version: VersionSource, sample: Row | None) -> Inspection:
        """This will read fields and list all problems of a version, trying it with a sample row."""
        ...

    def prepare(self, version: VersionSource) -> Prepared:
        """This will compile a version; raises EngineError."""
        ...


def missing_languages(version: VersionSource, wanted: Sequence[str]) -> tuple[str, ...]:
    """This will list the wanted languages that have no source of their own."""
    return tuple(language for language in wanted if language not in version.sources)
