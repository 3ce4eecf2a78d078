"""Typst: source plus files in an empty folder, the row as data.json beside them, PDF out.

PDF/A-3a and PDF/UA-1 unless turned off.

Runs in the sandbox child. The compiler sees no system font, no package, no clock and nothing outside its folder.
"""

from __future__ import annotations

import datetime
import hashlib
import importlib
import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from docuai.engines import fonts, reading, schema, text_check, typst_errors
from docuai.engines.base import (
    MAX_DOCUMENT_BYTES,
    MAX_PAGES,
    MIME,
    Capabilities,
    EngineError,
    Inspection,
    Location,
    Problem,
    Rendered,
    RenderOptions,
    Row,
    VersionSource,
)
from docuai.engines.prefilling import prefill
from docuai.engines.typst_fields import fields_used

STANDARDS = ["a-3a", "ua-1"]
DATE_KEYS = ("issued_on", "date", "signed_on")
NO_DATE = datetime.date(2000, 1, 1)
SYNTAX_PROBE = '#panic("read");'  # comes before everything: only errors of syntax can come before it
TEST_MARK = '#set page(foreground: rotate(-35deg, text(72pt, fill: rgb(200, 30, 30, 60), "TEST")));'


@cache
def _typst() -> Any:
    return importlib.import_module("typst")


@cache
def _typst_fonts() -> Any:
    return _typst().Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(fonts.font_dir())])


def document_date(row: Row, options: RenderOptions) -> datetime.date:
    """This will choose the date that is written into the file.

    The options', else one of the row's, never the clock's.
    """
    for value in (options.document_date, *(row.get(key) for key in DATE_KEYS)):
        if isinstance(value, str) and value:
            try:
                return datetime.date.fromisoformat(value[:10])
            except ValueError:
                continue
    return NO_DATE


class Folder:
    """An empty folder with one source, the files beside it and one row: all that a compilation can see."""

    def __init__(self, source: str, assets: Mapping[str, bytes], prefix: str) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="typst-", dir=Path.cwd()))
        self.packages = tempfile.mkdtemp(prefix="packages-", dir=Path.cwd())
        self.shift = len(prefix)
        for name, content in assets.items():
            file = self.path / safe_name(name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        main = self.path / "template.typ"
        main.write_text(prefix + source, encoding="utf-8")
        self.compiler = _typst().Compiler(
            str(main),
            root=str(self.path),
            font_paths=_typst_fonts(),
            package_path=self.packages,
            package_cache_path=self.packages,
        )

    def compile(self, data: Mapping[str, Any], date: datetime.date, standards: list[str]) -> tuple[bytes, list[Any]]:
        """This will compile with one row and give PDF and warnings; raises TypstError."""
        self._write(data)
        noon = datetime.datetime(date.year, date.month, date.day, 12, tzinfo=datetime.UTC)
        pdf, warnings = self.compiler.compile_with_warnings(format="pdf", pdf_standards=standards, timestamp=noon)
        return bytes(pdf), list(warnings)

    def _write(self, data: Mapping[str, Any]) -> None:
        try:
            text = json.dumps(data, ensure_ascii=False, allow_nan=False)
            (self.path / "data.json").write_text(text, encoding="utf-8")
        except (TypeError, ValueError) as error:
            raise EngineError("row_not_plain") from error


class PreparedTypst:
    """A version with one folder a source; languages that share a source share the folder."""

    def __init__(self, engine: TypstEngine, version: VersionSource) -> None:
        if not version.sources:
            raise EngineError("no_source")
        self.engine, self.version = engine, version
        self.sources = {language: decoded(source) for language, source in version.sources.items()}
        self.folders: dict[str, Folder] = {}
        self.printed: dict[str, frozenset[text_check.Path]] = {}  # by source

    def render(self, row: Row, options: RenderOptions) -> Rendered:
        """This will render one row as PDF; raises EngineError."""
        if options.format != "pdf":
            raise EngineError("unknown_format", format=options.format, formats="PDF")
        language = self.version.language_for(row, options.language)
        data = prefill(row, schema=self.version.schema, options=options, language=language)
        folder = self.folder(language, options)
        standards = STANDARDS if options.pdf_a else []
        try:
            pdf, warnings = folder.compile(data, document_date(row, options), standards)
        except _typst().TypstError as error:
            raise typst_errors.as_error(error, folder.path.name, folder.shift) from None
        if len(pdf) > MAX_DOCUMENT_BYTES:
            raise EngineError("document_too_large", megabytes=MAX_DOCUMENT_BYTES // 1024**2)
        pages, text = reading.pages_and_text(pdf, with_text=options.with_text or options.check_text)
        if pages > MAX_PAGES:
            raise EngineError("too_many_pages", pages=pages, limit=MAX_PAGES)
        if options.check_text:
            text_check.check(text or "", data, self._names_printed(language, options))
        said = tuple(warning.message for warning in warnings)
        return Rendered(pdf, MIME["pdf"], pages, said, self.engine.fingerprint("pdf"), language, text)

    def _names_printed(self, language: str, options: RenderOptions) -> frozenset[text_check.Path]:
        """The names of a row that this source prints, learned at its first row."""
        source = self.sources[language]
        if source not in self.printed:
            self.printed[source] = frozenset()

            def text_of(row: Row) -> str:
                filled = replace(options, check_text=False, with_text=True, language=language)
                return self.render(dict(row) | {"lang": language}, filled).text or ""

            sample = _sample_beside(self.version)
            self.printed[source] = text_check.names_printed(self.version.schema or {}, sample, text_of)
        return self.printed[source]

    def folder(self, language: str, options: RenderOptions) -> Folder:
        """This will give the folder for a language, made at first use."""
        source, prefix = self.sources[language], prefix_for(options)
        key = hashlib.sha256(f"{prefix}\0{source}".encode()).hexdigest()
        if key not in self.folders:
            self.folders[key] = Folder(source, self.version.assets, prefix)
        return self.folders[key]


class TypstEngine:
    """The Typst engine; see base.Engine."""

    name = "typst"

    def capabilities(self) -> Capabilities:
        """This will say what Typst gives here."""
        return Capabilities(
            formats=("pdf",), pdf_a=True, pdf_ua=True, source_extension=".typ", one_source_for_all_languages=True
        )

    @cache  # noqa: B019 - one engine a process
    def fingerprint(self, output: str) -> str:
        """This will name compiler and fonts."""
        release = importlib.import_module("importlib.metadata").version("typst")
        return f"typst {release}+fonts:{fonts.fonts_fingerprint()}"

    def prepare(self, version: VersionSource) -> PreparedTypst:
        """This will check names and encoding; compilers are made at first use."""
        return PreparedTypst(self, version)

    def inspect(self, version: VersionSource, sample: Row | None) -> Inspection:
        """This will scan for fields and try the sources: syntax first, then with the sample row."""
        problems: list[Problem] = []
        need = schema.Need()
        declared = version.schema or _declared(version, problems)
        try:
            prepared = self.prepare(version)
        except EngineError as error:
            return self._inspected(declared or schema.schema_of(need), None, [_as_problem(error)])
        need = fields_used("\n".join(dict.fromkeys(prepared.sources.values())))
        if declared:
            problems += schema.compare(declared, need)
        elif not need.children:
            problems.append(Problem("warning", "no_fields"))
        found = dict(declared or schema.schema_of(need))
        row = sample or _sample_beside(version) or schema.sample_of(found)
        certain = bool(sample or declared or _sample_beside(version))
        checked = VersionSource(version.engine, version.sources, version.assets, found, version.content_hash)
        for language in _one_a_source(prepared.sources):
            problems += self._tried(self.prepare(checked), language, dict(row) | {"lang": language}, certain)
        return self._inspected(found, row, _once(problems))

    def _inspected(self, found: Mapping[str, Any], row: Row | None, problems: list[Problem]) -> Inspection:
        return Inspection(schema.fields_of(found), dict(found), dict(row or {}), tuple(problems), self.capabilities())

    def _tried(self, prepared: PreparedTypst, language: str, row: Row, certain: bool) -> list[Problem]:
        """Problems of one source. A made-up sample may not fit.

        What it stops at is a warning, unless it cannot be the sample.
        """
        options = RenderOptions(language=language)
        data = prefill(row, schema=prepared.version.schema, options=options, language=language)
        probe = Folder(prepared.sources[language], prepared.version.assets, SYNTAX_PROBE)
        try:
            probe.compile(data, NO_DATE, [])
        except _typst().TypstError as error:
            if error.message != "panicked with: read":
                return list(typst_errors.as_problems(error, probe.path.name, probe.shift))
        folder = prepared.folder(language, options)
        try:
            _, warnings = folder.compile(data, document_date(row, options), STANDARDS)
        except _typst().TypstError as error:
            return [_softened(p, certain) for p in typst_errors.as_problems(error, folder.path.name, folder.shift)]
        known = sorted(_typst_fonts().families())
        return [typst_errors.font_problem(w, folder.path.name, folder.shift, known) for w in warnings]


def prefix_for(options: RenderOptions) -> str:
    """This will give what stands before the author's first line.

    A title, and no silent borrowing of letters from other faces.
    """
    title = re.sub(r"[\x00-\x1f\\\"]", " ", options.title or "Document")
    mark = TEST_MARK if options.test else ""
    return f'#set document(title: "{title}");#set text(fallback: false);{mark}'


def decoded(source: bytes) -> str:
    """This will read a source as UTF-8; raises EngineError."""
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EngineError("not_text") from error


def safe_name(name: str) -> str:
    """This will refuse names that lead out of the folder or onto our own files; raises EngineError."""
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or "\0" in name or name in ("template.typ", "data.json"):
        raise EngineError("bad_asset_name", name=name)
    return name


def _softened(problem: Problem, certain: bool) -> Problem:
    if certain or problem.code not in ("typst_error", "field_missing", "pdf_standard"):
        return problem
    if problem.code == "pdf_standard":
        return Problem("warning", problem.code, problem.params, problem.location)
    return Problem("warning", "typst_sample", {"detail": problem.message}, problem.location)


def _one_a_source(sources: Mapping[str, str]) -> list[str]:
    return list({source: language for language, source in reversed(list(sources.items()))}.values())[::-1]


def _once(problems: list[Problem]) -> list[Problem]:
    return [problem for index, problem in enumerate(problems) if problem not in problems[:index]]


def _as_problem(error: EngineError) -> Problem:
    return Problem("error", error.code, error.params, error.location)


def _declared(version: VersionSource, problems: list[Problem]) -> dict[str, Any] | None:
    """The schema that lies beside the source as schema.json."""
    if "schema.json" not in version.assets:
        return None
    try:
        found = json.loads(version.assets["schema.json"])
        if isinstance(found, dict) and isinstance(found.get("properties"), dict):
            return found
    except ValueError:
        pass
    problems.append(Problem("error", "bad_schema", {}, Location(part="schema.json")))
    return None


def _sample_beside(version: VersionSource) -> dict[str, Any] | None:
    try:
        found = json.loads(version.assets.get("sample.json", b"null"))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
