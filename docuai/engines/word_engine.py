"""Word: a customer's .docx with Jinja-style tags, filled in by our own renderer.

As PDF by the converter that is present.

Runs in the sandbox child.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import PurePosixPath
from typing import Any, TypeVar

from docuai.engines import converting, fonts, reading, schema, text_check, word_package
from docuai.engines.base import (
    MAX_PAGES,
    MIME,
    Capabilities,
    EngineError,
    Inspection,
    Location,
    Part,
    Problem,
    Rendered,
    RenderOptions,
    Row,
    VersionSource,
)
from docuai.engines.prefilling import prefill
from docuai.engines.word_features import converter_notices, document_text
from docuai.engines.word_template import Analysis, Compiled, analyzed, brand_color, brand_colors, check_lists

T = TypeVar("T")
RENDERER = 1  # raise it with every change that changes the bytes
MAX_COLORS = 16
BRANDED: dict[str, Any] = {
    "type": "object",
    "readOnly": True,
    "description": "The organization's brand",
    "properties": {
        "name": {"type": "string", "examples": ["Brand"]},
        "color": {"type": "string", "examples": ["#1f4e79"]},
        "logo": {"type": ["string", "null"], "format": "picture"},
    },
}


class PreparedWord:
    """A version with one compiled template a language and brand color."""

    def __init__(self, engine: WordEngine, version: VersionSource) -> None:
        if not version.sources:
            raise EngineError("no_source")
        self.engine, self.version = engine, version
        self.analyses: dict[tuple[str, bool], Analysis] = {}
        self.compiled: dict[tuple[str, bool, Any], Compiled] = {}
        self.printed: dict[str, frozenset[text_check.Path]] = {}
        self.samples: dict[str, tuple[Row, str]] = {}  # a sample row and the text it gives

    def render(self, row: Row, options: RenderOptions) -> Rendered:
        """This will render one row as Word file or PDF; raises EngineError."""
        if options.format not in ("docx", "pdf"):
            raise EngineError("unknown_format", format=options.format, formats="docx, pdf")
        language, docx = self.docx(row, options)
        if options.check_text:
            self._names_printed(language)  # and no tag is left in what is the same in every document
        if options.format == "docx":
            text = "\n".join(document_text(docx)) if options.with_text else None
            return Rendered(docx, MIME["docx"], None, (), self.engine.fingerprint("docx"), language, text)
        converting.check_glyphs(docx)
        return self.converted(converting.converted(docx, pdf_a=options.pdf_a), row, language, options)

    def render_many(self, rows: Sequence[Row], options: RenderOptions) -> Iterator[Rendered | EngineError]:
        """This will render rows in order; a converter that takes several documents at once gets several."""
        found = converting.converter() if options.format == "pdf" else None
        size = found.batch if found else 1
        for start in range(0, len(rows), size):
            if size == 1:
                yield _or_error(lambda row=rows[start]: self.render(row, options))  # type: ignore[misc]
            else:
                yield from self._render_together(rows[start : start + size], options)

    def _render_together(self, rows: Sequence[Row], options: RenderOptions) -> Iterator[Rendered | EngineError]:
        filled = [_or_error(lambda row=row: self.docx(row, options)) for row in rows]  # type: ignore[misc]
        good = [item for item in filled if not isinstance(item, EngineError)]
        pdfs = iter(converting.converted_all([docx for _, docx in good], pdf_a=options.pdf_a))
        for row, item in zip(rows, filled, strict=True):
            if isinstance(item, EngineError):
                yield item
                continue
            pdf = next(pdfs)
            if isinstance(pdf, EngineError):
                yield pdf
            else:
                yield _or_error(lambda pdf=pdf, row=row, item=item: self.converted(pdf, row, item[0], options))  # type: ignore[misc]

    def docx(self, row: Row, options: RenderOptions) -> tuple[str, bytes]:
        """This will fill in one row and give the language used and the Word file; raises EngineError."""
        check_lists(row)
        language = self.version.language_for(row, options.language)
        data = prefill(row, schema=self.version.schema, options=options, language=language)
        compiled = self._compiled(language, options.test, brand_colors(data))
        return language, compiled.render(data)

    def converted(self, pdf: bytes, row: Row, language: str, options: RenderOptions) -> Rendered:
        """This will wrap a converted PDF; raises EngineError."""
        pages, text = reading.pages_and_text(pdf, with_text=options.with_text or options.check_text)
        if pages > MAX_PAGES:
            raise EngineError("too_many_pages", pages=pages, limit=MAX_PAGES)
        if options.check_text:
            text_check.check(text or "", row, self._names_printed(language))
        return Rendered(pdf, MIME["pdf"], pages, (), self.engine.fingerprint("pdf"), language, text)

    def _names_printed(self, language: str) -> frozenset[text_check.Path]:
        """The names of a row that a language's source prints; raises EngineError for tags it leaves in all documents."""
        if language not in self.printed:
            found = self.version.schema or {}
            sample = schema.sample_of(dict(found)) or {}
            self.printed[language] = text_check.names_printed(found, sample, lambda row: self._filled(row, language))
            try:
                self.samples[language] = (sample, self._filled(sample, language))
            except EngineError:
                self.samples[language] = ({}, "")
        sample, text = self.samples[language]
        text_check.refuse_leftovers(text, sample)
        return self.printed[language]

    def _filled(self, row: Row, language: str) -> str:
        options = RenderOptions(format="docx", language=language)
        return "\n".join(document_text(self.docx(dict(row) | {"lang": language}, options)[1]))

    def analysis(self, language: str, *, test: bool = False) -> Analysis:
        """This will read a language's source once, with the mark of tests or without; raises EngineError."""
        if (language, test) not in self.analyses:
            self.analyses[language, test] = analyzed(self.version.sources[language], test=test)
        return self.analyses[language, test]

    def _compiled(self, language: str, test: bool, colors: tuple[str, str] | None) -> Compiled:
        analysis = self.analysis(language, test=test)
        key = (language, test, colors if brand_color(analysis.package) else None)
        if key not in self.compiled:
            worst = next((p for p in analysis.problems if p.severity == "error"), None)
            if worst is not None:
                raise EngineError(worst.code, location=worst.location, **worst.params)
            if len(self.compiled) >= MAX_COLORS:
                self.compiled.clear()
            self.compiled[key] = Compiled(analysis, colors)
        return self.compiled[key]


class WordEngine:
    """The Word engine; see base.Engine."""

    name = "word"

    def capabilities(self) -> Capabilities:
        """This will say what Word gives here."""
        converter = converting.converter()
        standards = converter.pdf_a if converter else False
        return Capabilities(
            formats=("docx", "pdf") if converter else ("docx",),
            pdf_a=standards,
            pdf_ua=standards,
            deterministic=converter.deterministic if converter else True,
            cost="slow",
            source_extension=".docx",
            converter=converter.name if converter else "",
        )

    @cache  # noqa: B019 - one engine a process
    def fingerprint(self, output: str) -> str:
        """This will name renderer, Jinja and, for PDF, converter and fonts."""
        release = importlib.import_module("importlib.metadata").version("jinja2")
        name = f"word {RENDERER}+jinja {release}"
        converter = converting.converter() if output == "pdf" else None
        return f"{name}+{converter.name} {converter.version}+fonts:{fonts.fonts_fingerprint()}" if converter else name

    def prepare(self, version: VersionSource) -> PreparedWord:
        """This will make a version ready; sources are read at first use."""
        return PreparedWord(self, version)

    def inspect(self, version: VersionSource, sample: Row | None) -> Inspection:
        """This will list the fields and problems of all sources.

        Fill them in once to see that Word files come out.
        """
        prepared, problems, need = PreparedWord(self, version), [], schema.Need()
        parts: list[Part] = []
        for language in version.sources:
            try:
                analysis = prepared.analysis(language)
            except EngineError as error:
                problems.append(Problem("error", error.code, error.params, error.location))
                continue
            problems += analysis.problems
            parts += _parts(language, analysis)
            _merge(need, analysis.need)
            if converting.converter() is not None:
                problems += converter_notices(analysis.package, converting.converter())
        if need.children and version.schema:
            problems += schema.compare(version.schema, need)
        elif not need.children and not problems:
            problems.append(Problem("warning", "no_fields"))
        found = dict(version.schema or _schema_of(need))
        row = dict(sample or schema.sample_of(found))
        if not any(problem.severity == "error" for problem in problems):
            problems += _tried(
                PreparedWord(self, VersionSource(version.engine, version.sources, version.assets, found)), row
            )
        fields = schema.fields_of(found)
        return Inspection(fields, found, row, tuple(_once(problems)), self.capabilities(), tuple(parts))


def _parts(language: str, analysis: Analysis) -> list[Part]:
    """The parts that hold tags, those of a kind together, each tag once and in the order of the file."""
    by_kind: dict[str, dict[str, None]] = {}
    for name, part in analysis.parts.items():
        written = [tag.written for tag in part.tags if tag.kind != "comment"]
        if written:
            kind = "properties" if name.startswith("docProps/") else PurePosixPath(name).stem.rstrip("0123456789")
            by_kind.setdefault(kind, {}).update(dict.fromkeys(written))
    return [Part(language, kind, tuple(tags)) for kind, tags in by_kind.items()]


def _or_error(do: Callable[[], T]) -> T | EngineError:
    try:
        return do()
    except EngineError as error:
        return error


def _schema_of(need: schema.Need) -> dict[str, Any]:
    found = schema.schema_of(need)
    if "brand" in found["properties"]:
        found["properties"]["brand"] = BRANDED
        found["required"] = [name for name in found["required"] if name != "brand"]
    return found


def _merge(into: schema.Need, other: schema.Need) -> None:
    """Two languages of one template ask for one row: every field of both, required if either cannot do without."""
    into.sure, into.tested = into.sure or other.sure, into.tested or other.tested
    into.kind, into.format = into.kind or other.kind, into.format or other.format
    for name, need in other.children.items():
        _merge(into.children.setdefault(name, schema.Need()), need)
    if other.item is not None:
        into.item = into.item or schema.Need()
        _merge(into.item, other.item)


def _tried(prepared: PreparedWord, row: Mapping[str, Any]) -> list[Problem]:
    """Fill in the sample and an empty row; each part must still be XML."""
    problems: list[Problem] = []
    for language in prepared.version.sources:
        for trial in (row, _emptied(row)):
            try:
                _, docx = prepared.docx(
                    dict(trial) | {"lang": language}, RenderOptions(format="docx", language=language)
                )
                files = word_package.unpacked(docx)
            except EngineError as error:
                if trial is row:
                    problems.append(Problem("warning", error.code, error.params, error.location))
                continue
            for name in prepared.analysis(language).parts:
                try:
                    word_package.parsed(name, files[name])
                except EngineError:
                    problems.append(Problem("error", "not_well_formed", {"part": name}, Location(part=name)))
    return problems


def _emptied(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: {} if isinstance(value, Mapping) else [] if isinstance(value, list) else None for key, value in row.items()
    }


def _once(problems: list[Problem]) -> list[Problem]:
    return [problem for index, problem in enumerate(problems) if problem not in problems[:index]]
