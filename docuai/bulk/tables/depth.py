"""How deeply a stream of JSON is nested, told from its brackets alone, a block at a time and before any parser sees it.

A parser that names its place needs time by the square of the depth, so four megabytes of "[" would keep a worker for hours.
"""

import re

from docuai.bulk.tables.errors import TableError

MAX_DEPTH = 100  # rows deeper than MAX_JSON_DEPTH are faults of their own; past this the file is no table
_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_STRING = re.compile(rb'"[^"]*"')
_OTHERS = bytes(set(range(256)) - set(b'"[]{}'))


class DepthWatch:
    """Feed it every block in order; it keeps the depth and whether a text is open at the block's end."""

    def __init__(self) -> None:
        self.depth = 0
        self._in_text = False
        self._carried = b""

    def feed(self, block: bytes) -> None:
        """This will take in the next block; raises TableError where the nesting passes MAX_DEPTH."""
        block = self._carried + block
        ending = len(block) - len(block.rstrip(b"\\"))
        self._carried = b"\\" if ending % 2 else b""
        if ending % 2:
            block = block[:-1]
        if b"\\" in block:
            block = _ESCAPE.sub(b"", block)
        marks = block.translate(None, delete=_OTHERS)
        if self._in_text:
            marks = b'"' + marks
        marks = _STRING.sub(b"", marks)
        self._in_text = b'"' in marks
        for mark in marks.partition(b'"')[0]:
            self.depth += 1 if mark in b"[{" else -1
            if self.depth > MAX_DEPTH:
                raise TableError("bad_json", reason=f"nested deeper than {MAX_DEPTH} levels")
