"""What the sandbox child does for the engines: one operation a request, one reply a row. No Django in here.

Prepared versions are kept by their content hash, so a batch after the first only renders. Errors of engines are
replies; everything else ends the child, and the parent learns which row it was.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from docuai.engines import archives, fonts, reading
from docuai.engines.base import EngineError, Inspection, Prepared, Problem, Rendered, RenderOptions, VersionSource
from docuai.engines.registry import engine
from platform_core.kits.sandbox import wire

Answer = tuple[dict[str, Any], bytes]
MAX_PREPARED = 8

_prepared: OrderedDict[str, Prepared] = OrderedDict()
_merging: list[reading.Merging] = []


def configure(config: Mapping[str, Any]) -> None:
    """This will take the parent's settings: where the fonts are."""
    fonts.use_font_dir(Path(config["font_dir"]))
    if config.get("office"):
        os.environ["SOFFICE"] = config["office"]


def handle(request: dict[str, Any], body: bytes) -> Answer | Iterator[Answer]:
    """This will answer one request."""
    answers = OPERATIONS[request["op"]](request, body)
    return answers if not isinstance(answers, tuple) else iter([answers])


def _version(request: Mapping[str, Any], body: bytes) -> VersionSource:
    blobs = wire.unpack(request["layout"], body)
    sources = {name.removeprefix("source:"): blob for name, blob in blobs.items() if name.startswith("source:")}
    assets = {name.removeprefix("asset:"): blob for name, blob in blobs.items() if name.startswith("asset:")}
    given = request["version"]
    return VersionSource(given["engine"], sources, assets, given["schema"], given["content_hash"])


def prepared(version: VersionSource) -> Prepared:
    """This will give a version made ready, from the cache if it was used before; raises EngineError."""
    if version.content_hash in _prepared:
        _prepared.move_to_end(version.content_hash)
    else:
        _prepared[version.content_hash] = engine(version.engine).prepare(version)
        if len(_prepared) > MAX_PREPARED:
            _prepared.popitem(last=False)
    return _prepared[version.content_hash]


def _inspect(request: dict[str, Any], body: bytes) -> Answer:
    version = _version(request, body)
    try:
        found = engine(version.engine).inspect(version, request["sample"])
    except EngineError as error:
        return {"error": error.as_wire()}, b""
    return {"inspection": _inspection_wire(found)}, b""


def _inspection_wire(found: Inspection) -> dict[str, Any]:
    return {
        "fields": [asdict(item) for item in found.fields],
        "schema": found.schema,
        "sample": found.sample,
        "problems": [problem_wire(problem) for problem in found.problems],
        "capabilities": asdict(found.capabilities),
        "parts": [asdict(part) for part in found.parts],
    }


def problem_wire(problem: Problem) -> dict[str, Any]:
    """This will give a problem as plain values."""
    return {
        "severity": problem.severity,
        "code": problem.code,
        "params": dict(problem.params),
        "location": asdict(problem.location),
    }


def _render_rows(request: dict[str, Any], body: bytes) -> Iterator[Answer]:
    options = RenderOptions(**request["options"])
    try:
        ready = prepared(_version(request, body))
    except EngineError as error:
        for _ in request["rows"]:
            yield {"error": error.as_wire()}, b""
        return
    many = getattr(ready, "render_many", None)
    if many is not None:
        yield from (_row_answer(result) for result in many(request["rows"], options))
        return
    for row in request["rows"]:
        try:
            result: Rendered | EngineError = ready.render(row, options)
        except EngineError as error:
            result = error
        yield _row_answer(result)


def _row_answer(result: Rendered | EngineError) -> Answer:
    if isinstance(result, EngineError):
        return {"error": result.as_wire()}, b""
    head = {
        "mime": result.mime,
        "pages": result.pages,
        "warnings": list(result.warnings),
        "engine_fingerprint": result.engine_fingerprint,
        "language": result.language,
        "text": result.text,
    }
    return {"rendered": head}, result.content


def _preview(request: dict[str, Any], body: bytes) -> Answer:
    try:
        result = prepared(_version(request, body)).render(request["row"], RenderOptions(**request["options"]))
        head, image = reading.page_image(result.content, request["page"], request["dpi"])
    except EngineError as error:
        return {"error": error.as_wire()}, b""
    return {"image": head}, image


def _page_png(request: dict[str, Any], body: bytes) -> Answer:
    try:
        head, image = reading.page_image(body, request["page"], request["dpi"])
    except EngineError as error:
        return {"error": error.as_wire()}, b""
    return {"image": head}, image


def _text_of(request: dict[str, Any], body: bytes) -> Answer:
    try:
        document = reading.opened(body)
    except EngineError as error:
        return {"error": error.as_wire()}, b""
    return {"pages": reading.text_of_pages(document)}, b""


def _merge_start(request: dict[str, Any], body: bytes) -> Answer:
    _merging[:] = [reading.Merging()]
    return {}, b""


def _merge_add(request: dict[str, Any], body: bytes) -> Answer:
    try:
        for pdf in wire.unpack(request["layout"], body).values():
            _merging[0].add(pdf)
    except EngineError as error:
        return {"error": error.as_wire()}, b""
    return {}, b""


def _merge_finish(request: dict[str, Any], body: bytes) -> Iterator[Answer]:
    pages, content = _merging.pop().finish()
    for start in range(0, len(content), wire.CHUNK):
        yield {"pages": pages}, content[start : start + wire.CHUNK]


def _unpack(request: dict[str, Any], body: bytes) -> Answer:
    try:
        layout, files = wire.pack(archives.unpacked(body))
    except EngineError as error:
        return {"error": error.as_wire()}, b""
    return {"layout": layout}, files


def _describe(request: dict[str, Any], body: bytes) -> Answer:
    found = engine(request["engine"])
    prints = {output: found.fingerprint(output) for output in ("pdf", "docx")}
    return {"capabilities": asdict(found.capabilities()), "fingerprints": prints}, b""


OPERATIONS: dict[str, Callable[[dict[str, Any], bytes], Answer | Iterator[Answer]]] = {
    "inspect": _inspect,
    "render_rows": _render_rows,
    "preview": _preview,
    "page_png": _page_png,
    "text_of": _text_of,
    "merge_start": _merge_start,
    "merge_add": _merge_add,
    "merge_finish": _merge_finish,
    "unpack": _unpack,
    "describe": _describe,
}
