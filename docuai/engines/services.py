"""The door to the engines for the rest of the project: inspect, render, preview, text, merge.

Nothing here parses a template, a row's document or a PDF in the calling process: all of it happens in killable children
(`platform_core.kits.sandbox`). Needs no database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from docuai.engines import children
from docuai.engines.base import (
    Capabilities,
    EngineError,
    Field,
    Inspection,
    Location,
    Part,
    Problem,
    Rendered,
    RenderOptions,
    RowResult,
    VersionSource,
)
from docuai.engines.fonts import characters_without_font
from docuai.engines.messages import hint_for, message_for
from platform_core.kits.sandbox import wire
from platform_core.kits.sandbox.pool import Reply, Sandbox, SandboxCrash

__all__ = [
    "Capabilities",
    "EngineError",
    "Field",
    "Inspection",
    "Location",
    "PageImage",
    "Part",
    "Problem",
    "RenderOptions",
    "Rendered",
    "RowResult",
    "VersionSource",
    "capabilities",
    "characters_without_font",
    "close",
    "engine_fingerprint",
    "hint_for",
    "inspect",
    "merge_pdfs",
    "message_for",
    "page_png",
    "preview_png",
    "render_one",
    "render_rows",
    "text_of",
    "unpack",
]

ENGINES = ("typst", "word")
MERGE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page as PNG, and how many pages the document has."""

    content: bytes
    page: int
    pages: int
    width: int
    height: int


def inspect(
    *,
    engine: str,
    sources: Mapping[str, bytes],
    assets: Mapping[str, bytes] | None = None,
    schema: Mapping[str, Any] | None = None,
    sample: Mapping[str, Any] | None = None,
) -> Inspection:
    """This will read the fields of an upload and list all its problems at once.

    An upload that breaks the child is a problem too.
    """
    _known(engine)
    version = VersionSource(engine, sources, assets or {}, schema)
    head, body = _version_message(version)
    try:
        reply = _asked(children.sandbox_for(engine, "pdf"), {"op": "inspect", "sample": sample, **head}, body)
    except EngineError as error:
        problem = Problem("error", error.code, error.params, error.location)
        return Inspection((), dict(schema or {}), dict(sample or {}), (problem,), capabilities(engine=engine))
    found = reply.head["inspection"]
    return Inspection(
        fields=tuple(Field(**item) for item in found["fields"]),
        schema=found["schema"],
        sample=found["sample"],
        problems=tuple(_problem(item) for item in found["problems"]),
        capabilities=_capabilities(found["capabilities"]),
        parts=tuple(Part(part["language"], part["kind"], tuple(part["tags"])) for part in found["parts"]),
    )


def render_one(*, version: VersionSource, row: Mapping[str, Any], options: RenderOptions) -> Rendered:
    """This will render one row; raises EngineError."""
    result = next(iter(render_rows(version=version, rows=[row], options=options)))
    if result.error is not None:
        raise result.error
    assert result.rendered is not None
    return result.rendered


def render_rows(
    *, version: VersionSource, rows: Sequence[Mapping[str, Any]], options: RenderOptions
) -> Iterator[RowResult]:
    """This will render rows in order, one result a row, in one round trip.

    A row that kills its child gets an error, the rest go on.

    A child that was killed from outside, or ended without a reason of the row's own, gives the row one more try on its
    own.
    """
    _known(version.engine)
    sandbox = children.sandbox_for(version.engine, options.format)
    done, again = 0, False
    while done < len(rows):
        todo = rows[done : done + 1] if again else rows[done:]
        try:
            for reply in _stream(sandbox, version, todo, options):
                yield _row_result(done, reply)
                done, again = done + 1, False
        except SandboxCrash as crash:
            error = children.error_of(crash)
            if crash.reason in ("killed", "exit") and not again:
                again = True
                continue
            yield RowResult(done, error=error)
            done, again = done + 1, False


def preview_png(
    *, version: VersionSource, row: Mapping[str, Any], options: RenderOptions, page: int = 1, dpi: int = 96
) -> PageImage:
    """This will render a row as PDF and give one page (from 1) as PNG; raises EngineError."""
    _known(version.engine)
    head, body = _version_message(version)
    wanted = asdict(options) | {"format": "pdf"}
    request = {"op": "preview", "row": row, "options": wanted, "page": page, "dpi": dpi, **head}
    return _image(_asked(children.sandbox_for(version.engine, "pdf"), request, body))


def page_png(*, pdf: bytes, page: int = 1, dpi: int = 96) -> PageImage:
    """This will give one page (from 1) of a finished PDF as PNG; raises EngineError."""
    return _image(_asked(children.quick(), {"op": "page_png", "page": page, "dpi": dpi}, pdf))


def text_of(*, pdf: bytes) -> list[str]:
    """This will give the text of each page; raises EngineError."""
    return list(_asked(children.quick(), {"op": "text_of"}, pdf).head["pages"])


def merge_pdfs(*, paths: Sequence[Path], out: Path) -> int:
    """This will write all pages of the files, in order, as one PDF and return the number of pages; raises EngineError.

    The file is complete or not there. Standards of the single files (PDF/A, tags) do not survive merging.
    """
    if not paths:
        raise EngineError("nothing_to_merge")
    unfinished, pages = out.with_name(out.name + ".part"), 0
    try:
        with children.quick().session() as session, unfinished.open("wb") as file:
            session.call({"op": "merge_start"})
            for batch in _batches(paths):
                layout, body = wire.pack(batch)
                _raise_error(session.call({"op": "merge_add", "layout": layout}, body))
            for reply in session.stream({"op": "merge_finish"}):
                pages = int(reply.head["pages"])
                file.write(reply.body)
        unfinished.replace(out)
    except SandboxCrash as crash:
        raise children.error_of(crash) from crash
    finally:
        unfinished.unlink(missing_ok=True)
    return pages


def unpack(*, archive: bytes) -> dict[str, bytes]:
    """This will give the files of a ZIP by name, within the limits of a template; raises EngineError."""
    reply = _asked(children.quick(), {"op": "unpack"}, archive)
    return wire.unpack(reply.head["layout"], reply.body)


def capabilities(*, engine: str) -> Capabilities:
    """This will say what an engine can give on this machine."""
    return _capabilities(_description(engine)["capabilities"])


def engine_fingerprint(*, engine: str, format: str = "pdf") -> str:
    """This will name everything that decides the bytes: engine, fonts, converter."""
    return str(_description(engine)["fingerprints"][format])


def close() -> None:
    """This will end the engines' children of this process; later calls start new ones."""
    children.quick().close()
    children.slow().close()
    _description.cache_clear()


@cache
def _description(engine: str) -> dict[str, Any]:
    _known(engine)
    return _asked(children.quick(), {"op": "describe", "engine": engine}).head


def _known(engine: str) -> None:
    if engine not in ENGINES:
        raise EngineError("unknown_engine", engine=engine)


def _version_message(version: VersionSource) -> tuple[dict[str, Any], bytes]:
    blobs = {f"source:{language}": source for language, source in version.sources.items()}
    blobs |= {f"asset:{name}": content for name, content in version.assets.items()}
    layout, body = wire.pack(blobs)
    given = {"engine": version.engine, "schema": version.schema, "content_hash": version.content_hash}
    return {"version": given, "layout": layout}, body


def _stream(
    sandbox: Sandbox, version: VersionSource, rows: Sequence[Mapping[str, Any]], options: RenderOptions
) -> Iterator[Reply]:
    head, body = _version_message(version)
    yield from sandbox.stream({"op": "render_rows", "rows": list(rows), "options": asdict(options), **head}, body)


def _row_result(index: int, reply: Reply) -> RowResult:
    if "error" in reply.head:
        return RowResult(index, error=EngineError.from_wire(reply.head["error"]))
    head = reply.head["rendered"]
    return RowResult(index, Rendered(content=reply.body, **head | {"warnings": tuple(head["warnings"])}))


def _asked(sandbox: Sandbox, request: Mapping[str, Any], body: bytes = b"") -> Reply:
    try:
        return _raise_error(sandbox.call(request, body))
    except SandboxCrash as crash:
        raise children.error_of(crash) from crash


def _raise_error(reply: Reply) -> Reply:
    if "error" in reply.head:
        raise EngineError.from_wire(reply.head["error"])
    return reply


def _image(reply: Reply) -> PageImage:
    return PageImage(content=reply.body, **reply.head["image"])


def _problem(item: Mapping[str, Any]) -> Problem:
    return Problem(item["severity"], item["code"], item["params"], Location(**item["location"]))


def _capabilities(item: Mapping[str, Any]) -> Capabilities:
    return Capabilities(**{**item, "formats": tuple(item["formats"])})


def _batches(paths: Sequence[Path]) -> Iterator[dict[str, bytes]]:
    batch: dict[str, bytes] = {}
    size = 0
    for number, path in enumerate(paths):
        content = path.read_bytes()
        batch[str(number)] = content
        size += len(content)
        if size >= MERGE_BYTES:
            yield batch
            batch, size = {}, 0
    if batch:
        yield batch
