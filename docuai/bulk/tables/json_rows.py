"""JSON and JSON Lines: rows as dicts with their types, one at a time. Objects inside a row become dotted columns, lists stay values.

In JSON Lines a bad line is a fault of that row; in a JSON document a syntax error is the end of the file.
"""

import importlib
import io
import json
import math
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from docuai.bulk.cells import MOST_WHOLE
from docuai.bulk.tables.cleaning import CONTROL, cell_faults, check_row_limit, in_batches
from docuai.bulk.tables.depth import DepthWatch
from docuai.bulk.tables.encodings import guess_encoding
from docuai.bulk.tables.errors import TableError
from docuai.bulk.tables.headers import name_columns
from docuai.bulk.tables.limits import MAX_COLUMNS, MAX_JSON_DEPTH, MAX_JSON_ROW_BYTES, MAX_ROW_BYTES
from docuai.bulk.tables.shapes import Batch, CellFault, Column

BUFFER = 64 * 1024
Parsed = tuple[dict[str, Any], list[CellFault]]


def read_json_batches(path: Path, encoding: str) -> Iterator[Batch]:
    """This will yield the objects of an array, or of the list "rows" of an object; raises TableError."""
    with path.open("rb") as file:
        yield from _batches(_checked(row) for row in _items(_Source(file, encoding)))


def read_json_lines(path: Path, encoding: str) -> Iterator[Batch]:
    """This will yield an object a line; a line that is none becomes a row with a fault."""
    with path.open(encoding=encoding, errors="replace", newline="\n") as file:
        lines = iter(lambda: file.readline(MAX_JSON_ROW_BYTES), "")
        yield from _batches(
            _parsed_line(line, number) for number, line in enumerate(lines, 1) if line.strip("\ufeff \t\r\n")
        )


def json_encoding(path: Path) -> str:
    """This will give the encoding of a JSON file: UTF-8 unless a byte order mark or NULs say otherwise."""
    guess = guess_encoding(path)
    wide = guess.encoding.startswith(("utf-16", "utf-32"))
    if not wide and not guess.certain:
        raise TableError("bad_json", reason="the text is not UTF-8")
    return guess.encoding if wide else "utf-8-sig"


def columns_of(batches: Iterable[Batch]) -> tuple[Column, ...]:
    """This will list the dotted paths that occur in the rows, in order of appearance."""
    paths: dict[str, None] = {}
    for batch in batches:
        for row in batch.rows:
            paths.update(dict.fromkeys(flat_paths(row)))
        if len(paths) > MAX_COLUMNS:
            raise TableError("too_many_columns", number=len(paths), limit=MAX_COLUMNS)
    return name_columns(list(paths), len(paths))[0]


def flat_paths(row: dict[str, Any], prefix: str = "") -> Iterator[str]:
    """This will yield a dotted path for each value that is no object."""
    for key, value in row.items():
        if isinstance(value, dict) and value:
            yield from flat_paths(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def check_object(row: object) -> Parsed:
    """This will give one row of any origin (a file, the API) as a clean dict with the faults of its cells."""
    return _checked(row)


class _Source:
    """Bytes for the parser, with a watch on how many pass without a row coming out."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self.read_bytes: Callable[[int], bytes] = file.read
        if encoding.startswith(("utf-16", "utf-32")):
            text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
            self.read_bytes = lambda size: text.read(size).encode("utf-8", "replace")
        self.rows = self.bytes_since_row = 0
        self.watch = DepthWatch()
        self.start: bytes | None = self.read_bytes(BUFFER).removeprefix(b"\xef\xbb\xbf")
        self.is_object = self.start.lstrip()[:1] == b"{"

    def read(self, size: int = -1) -> bytes:
        if size == 0:
            return b""
        block, self.start = (self.start, None) if self.start is not None else (self.read_bytes(BUFFER), None)
        self.watch.feed(block)
        self.bytes_since_row += len(block)
        if self.bytes_since_row > MAX_JSON_ROW_BYTES:
            raise TableError("json_row_too_big", number=self.rows + 1, limit=MAX_JSON_ROW_BYTES)
        return block


def _items(source: _Source) -> Iterator[object]:
    ijson = importlib.import_module("ijson")
    prefix = "rows.item" if source.is_object else "item"
    try:
        for row in ijson.items(source, prefix, use_float=True, buf_size=BUFFER):
            source.rows += 1
            source.bytes_since_row = 0
            yield row
    except (ijson.JSONError, UnicodeDecodeError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())[:200]
        raise TableError("bad_json", reason=f"{reason} (after row {source.rows})") from error
    if source.rows == 0 and source.is_object:
        raise TableError("json_shape")


def _batches(rows: Iterable[Parsed]) -> Iterator[Batch]:
    number = 1
    for chunk in in_batches(rows):
        batch = Batch(number, [row for row, _ in chunk])
        batch.faults = {number + offset: faults for offset, (_, faults) in enumerate(chunk) if faults}
        number += len(chunk)
        check_row_limit(number - 1)
        yield batch


def _parsed_line(line: str, number: int) -> Parsed:
    try:
        return _checked(json.loads(line.strip("\ufeff \t\r\n")))
    except (ValueError, RecursionError) as error:
        reason = getattr(error, "msg", "nested too deeply")
        return {}, [CellFault("bad_line", None, {"line": number, "reason": reason, "text": line.strip()[:200]})]


def _checked(row: object) -> Parsed:
    if not isinstance(row, dict):
        return {}, [CellFault("not_an_object", None, {"text": str(row)[:200]})]
    faults: list[CellFault] = []
    clean, size = _clean(row, "", 0, faults)
    if size > MAX_ROW_BYTES:
        faults.append(CellFault("row_too_big", None, {"bytes": size, "limit": MAX_ROW_BYTES}))
    return clean, faults


def _clean(value: Any, path: str, depth: int, faults: list[CellFault]) -> tuple[Any, int]:
    """The value with its texts composed (NFC), and its size; faults are collected on the way."""
    if depth > MAX_JSON_DEPTH:
        faults.append(CellFault("too_deep", path, {"limit": MAX_JSON_DEPTH}))
        return None, 0
    if isinstance(value, str):
        return _clean_text(value, path, faults)
    if isinstance(value, dict):
        items = {key: _clean(item, f"{path}.{key}" if path else key, depth + 1, faults) for key, item in value.items()}
        return {key: item for key, (item, _) in items.items()}, sum(len(key) + size for key, (_, size) in items.items())
    if isinstance(value, list):
        elements = [_clean(item, path, depth + 1, faults) for item in value]
        return [item for item, _ in elements], sum(size for _, size in elements)
    if (
        isinstance(value, int)
        and not -MOST_WHOLE <= value < MOST_WHOLE
        or isinstance(value, float)
        and not math.isfinite(value)
    ):
        faults.append(CellFault("not_exact", path, {}))
        return None, 8
    return value, 8


def _clean_text(text: str, path: str, faults: list[CellFault]) -> tuple[str, int]:
    if text.isascii() and len(text) < 1024 and not CONTROL.search(text):
        return text, len(text)
    composed = unicodedata.normalize("NFC", text)
    faults += cell_faults(path, composed)
    return composed, len(composed.encode("utf-8", "surrogatepass"))
