"""In which encoding a text file is written. Sure are only byte order marks and strict UTF-8; all else is offered, never guessed silently.

Statistical detectors take short cp1250 and cp1252 texts for cp775 (see `research/docuai.md`), so people are shown what each reading
makes of the lines that differ, and choose.
"""

import codecs
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from docuai.bulk.tables.errors import TableError
from docuai.bulk.tables.shapes import Dialect, EncodingChoice
from docuai.bulk.tables.sniffing import HEAD_BYTES, looks_like_utf16

CANDIDATES = ("cp1252", "cp1250", "mac_roman", "cp850", "iso8859_15", "cp1254")
BLOCK = 1024 * 1024
PREVIEW_LINES = 3
PREVIEW_CHARACTERS = 120


@dataclass(frozen=True, slots=True)
class EncodingGuess:
    """The encoding to start with, whether it is certain, and the readings to choose from (best first)."""

    encoding: str
    certain: bool
    choices: tuple[EncodingChoice, ...] = ()


def guess_encoding(path: Path) -> EncodingGuess:
    """This will find how a text file is written, or what a person must decide about it."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return EncodingGuess("utf-32", certain=True)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return EncodingGuess("utf-16", certain=True)
    if utf16 := looks_like_utf16(head):
        other = "utf-16-be" if utf16 == "utf-16-le" else "utf-16-le"
        lines = _wide_lines(head, utf16)
        return EncodingGuess(utf16, certain=False, choices=tuple(_choice(path, name, lines) for name in (utf16, other)))
    if _is_strict_utf8(path):
        return EncodingGuess("utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8", certain=True)
    return _guess_single_byte(path)


@contextmanager
def known_encoding(dialect: Dialect) -> Iterator[None]:
    """This will raise TableError where a person or a program names an encoding that is none, or none of this file."""
    try:
        "a".encode(dialect.encoding or "utf-8")
    except (LookupError, ValueError):  # ValueError: of UnicodeError, and of a NUL in the name
        raise TableError("bad_encoding", encoding=dialect.encoding) from None
    try:
        yield
    except UnicodeError as error:
        raise TableError("bad_encoding", encoding=dialect.encoding) from error


def _guess_single_byte(path: Path) -> EncodingGuess:
    counts, lines = _high_bytes(path)
    ranked = sorted(CANDIDATES, key=lambda name: -_plausibility(name, counts))
    distinct: dict[tuple[str, ...], EncodingChoice] = {}
    for name in ranked:
        choice = _choice(path, name, lines, counts)
        distinct.setdefault(_reading(name, counts), choice)
    choices = [*list(distinct.values())[:4], _choice(path, "utf-8", lines, counts)]
    return EncodingGuess(choices[0].encoding, certain=False, choices=tuple(choices))


def _is_strict_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _high_bytes(path: Path) -> tuple[Counter[int], list[bytes]]:
    """How often each byte from 128 occurs, and a few lines that hold one."""
    counts: Counter[int] = Counter()
    lines: list[bytes] = []
    low = bytes(range(128))
    with path.open("rb") as file:
        while block := file.readlines(BLOCK):
            counts.update(b"".join(block).translate(None, delete=low))
            if len(lines) < PREVIEW_LINES:
                lines += [line.strip() for line in block if not line.isascii()][: PREVIEW_LINES - len(lines)]
    return counts, lines


def _reading(encoding: str, counts: Counter[int]) -> tuple[str, ...]:
    return tuple(bytes([byte]).decode(encoding, "replace") for byte in sorted(counts))


def _plausibility(encoding: str, counts: Counter[int]) -> float:
    """Letters speak for a reading, what is no letter in running text against it; the common letters of Western names a little more."""
    score = 0.0
    for byte, count in counts.items():
        character = bytes([byte]).decode(encoding, "replace")
        if character in "áéíóúñüçàèìòùâêîôûäëïöãõåøæßÁÉÍÓÚÑÜÇÖÄ":
            score += 1.1 * count
        elif character.isalpha():
            score += 0.6 * count
        elif character in "€–—‘’“”…·¿¡ºª°«»\u00a0":
            score += 0.5 * count
        elif character == "\ufffd" or not character.isprintable():
            score -= 5 * count
    return score


def _choice(path: Path, encoding: str, lines: list[bytes], counts: Counter[int] | None = None) -> EncodingChoice:
    preview = tuple(line.decode(encoding, "replace")[:PREVIEW_CHARACTERS] for line in lines)
    if counts is None or encoding == "utf-8":
        unreadable = _unreadable(path, encoding)
    else:
        unreadable = sum(
            count for byte, count in counts.items() if bytes([byte]).decode(encoding, "replace") == "\ufffd"
        )
    return EncodingChoice(encoding, unreadable, preview)


def _unreadable(path: Path, encoding: str) -> int:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    count = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            count += decoder.decode(block).count("\ufffd")
    return count + decoder.decode(b"", final=True).count("\ufffd")


def _wide_lines(head: bytes, encoding: str) -> list[bytes]:
    lines = head[: len(head) // 2 * 2].decode(encoding, "replace").splitlines()
    return [line.encode(encoding, "replace") for line in lines[:PREVIEW_LINES]]
