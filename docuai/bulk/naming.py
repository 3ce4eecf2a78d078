"""File names of documents: a pattern filled from the row, made safe for every system, unique within the run.

A pattern is text with fields in braces: `{number:04}-{name}.pdf`, `{buyer.name} {issued_on:%Y-%m}.pdf`. `{row}` is the row's number,
`{language}` what the run chose. Names follow the strictest system (Windows), stay under 120 bytes and never hide what they are.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _

from docuai.bulk.mapping import nearest

MAX_BYTES = 120
FALLBACK = "document"
ALWAYS_KNOWN = ("row", "language")
_FIELD = re.compile(r"\{([^{}]*)\}")
_PARTS = re.compile(r"([^:{}]+?)(?::([^{}]*))?")
_FORMAT = re.compile(r"0?\d{1,2}|%[\w%.,/ -]+|slug|upper|lower")
_FORBIDDEN = re.compile(r'[/\\:*?"<>|]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_RUNS = re.compile(r"-{2,}")
_SPECIAL = {"ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ß": "ss", "æ": "ae", "Æ": "ae", "œ": "oe"}
_SPECIAL |= dict.fromkeys("'’", "")
_ASCII = bytes(range(128))
_WORDS = bytes(code for code in _ASCII if chr(code).isalnum())
_LONGEST_RESERVED = 4  # of words without a dollar sign
_TO_DASH = bytes.maketrans(b"_ ", b"--")
_SLUG = bytes(code if chr(code) in "abcdefghijklmnopqrstuvwxyz0123456789\n" else 45 for code in range(256))
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class PatternProblem:
    """What is wrong with a file-name pattern, with the field that was probably meant."""

    code: Literal["empty", "unknown_field", "bad_format", "stray_brace", "too_long"]
    name: str = ""
    nearest: str = ""

    @property
    def message(self) -> str:
        """This will say what is wrong, in the reader's language."""
        text = str(_PROBLEMS[self.code]) % {"name": self.name, "limit": MAX_BYTES}
        return f"{text} {str(_('Did you mean “%(nearest)s”?')) % {'nearest': self.nearest}}" if self.nearest else text


_PROBLEMS = {
    "empty": _("The file name is empty. Write for example {row:04}-{name}.pdf."),
    "unknown_field": _("There is no field “%(name)s”."),
    "bad_format": _("“%(name)s” is no format. Use {row:04} for leading zeros or {issued_on:%%Y-%%m} for dates."),
    "stray_brace": _("A brace is opened or closed without its partner."),
    "too_long": _("The fixed part of the file name takes more than %(limit)s bytes."),
}


def pattern_problems(pattern: str, fields: Sequence[str]) -> list[PatternProblem]:
    """This will list everything wrong with a pattern; an empty list means that it can be used."""
    if not pattern.strip():
        return [PatternProblem("empty")]
    problems = []
    known = [*fields, *ALWAYS_KNOWN]
    for inside in _FIELD.findall(pattern):
        match = _PARTS.fullmatch(inside)
        name, form = (match[1].strip(), match[2]) if match else (inside, None)
        if name not in known:
            problems.append(PatternProblem("unknown_field", name, nearest(name, known)))
        elif form is not None and not _FORMAT.fullmatch(form):
            problems.append(PatternProblem("bad_format", form))
    fixed = _FIELD.sub("", pattern)
    if "{" in fixed or "}" in fixed:
        problems.append(PatternProblem("stray_brace"))
    if len(fixed.encode()) > MAX_BYTES:
        problems.append(PatternProblem("too_long"))
    return problems


def file_name(pattern: str, values: Mapping[str, Any], *, row: int, extension: str, language: str = "") -> str:
    """This will give the safe name of one document. Fields without a value leave nothing behind but their separators."""
    found = lambda path: [value_at(values, path)]  # noqa: E731
    return file_names(pattern, found, rows=[row], extension=extension, languages=[language])[0]


def file_names(
    pattern: str,
    column: Callable[[str], Sequence[Any]],
    *,
    rows: Sequence[int],
    extension: str,
    languages: Sequence[str],
) -> list[str]:
    """This will give the safe names of a batch of documents, a field at a time: not yet made unique.

    ``column`` gives what each row has at a path, None where it has nothing.
    """
    known: dict[str, Sequence[Any]] = {"row": rows, "language": languages}
    written: list[list[str]] = []
    for text, name, form in _parsed(pattern):
        written.append([text] * len(rows))
        if name:
            found = column(name)
            if name in known:
                found = [own if value is None else value for value, own in zip(found, known[name], strict=True)]
            written.append(_all_written(found, form))
    names = list(map("".join, zip(*written, strict=True)))
    suffix = f".{extension.lstrip('.')}"
    if _are_plain(names, most=MAX_BYTES - len(suffix)):
        return [name + suffix for name in names]
    return [safe_name(name, extension) for name in names]


def _are_plain(names: Sequence[str], *, most: int) -> bool:
    """Whether `safe_name` leaves names as they are: words of ASCII letters and digits, one blank, dash or underscore
    between them, none so short that Windows may keep it for itself, none too long. All are looked at as one text."""
    lengths = set(map(len, names))
    whole = "\n".join(names)
    if not names or not whole.isascii() or min(lengths) <= _LONGEST_RESERVED or max(lengths) > most:
        return False
    joints = f"\n{whole}\n".encode().translate(_TO_DASH, _WORDS)  # what stands between the words
    dashed = f"\n{whole}\n".encode().translate(_TO_DASH)
    if joints.count(b"\n") != len(names) + 1 or joints.translate(None, b"-\n"):
        return False
    return b"--" not in dashed and b"\n-" not in dashed and b"-\n" not in dashed


@lru_cache(maxsize=64)
def _parsed(pattern: str) -> tuple[tuple[str, str, str], ...]:
    """The pattern as pieces: a fixed text, then a field and its format (both empty at the end)."""
    pieces, last = [], 0
    for match in _FIELD.finditer(pattern):
        parts = _PARTS.fullmatch(match[1])
        name, form = (parts[1].strip(), parts[2] or "") if parts else ("", "")
        pieces.append((pattern[last : match.start()], name, form))
        last = match.end()
    return (*pieces, (pattern[last:], "", ""))


def leads_with_row(pattern: str) -> bool:
    """Whether names of this pattern differ without being compared: each begins with its row's number, and no digit follows."""
    (before, name, form), (after, *_rest), *_others = (*_parsed(pattern), ("", "", ""))
    if before or name != "row" or not (form == "" or (form.isdigit() and form.startswith("0"))):
        return False
    return after[:1] in ("-", "_") or (after == "" and len(_parsed(pattern)) == 2)


def safe_name(name: str, extension: str) -> str:
    """This will make any text a file name: composed (NFC), nothing hidden, nothing forbidden, at most 120 bytes with its extension."""
    suffix = f".{extension.lstrip('.')}"
    text = name if name.isascii() else unicodedata.normalize("NFC", name)
    if not text.isprintable():  # exactly then it holds a character that `_visible` changes
        text = "".join(map(_visible, text))
    text = _RUNS.sub("-", _SPACES.sub(" ", _FORBIDDEN.sub("-", text))).strip()
    if text.lower().endswith(suffix.lower()):
        text = text[: -len(suffix)]
    text = _cut(_tidy(text), MAX_BYTES - len(suffix.encode()))
    if not text.strip("-_. "):
        text = FALLBACK
    if _RESERVED.fullmatch(text.split(".")[0].rstrip()):
        text = f"_{text}"
    return text + suffix


class UniqueNames:
    """Names already given in a run, compared as Windows and macOS do: without regard to case. The second one gets "-2"."""

    def __init__(self, taken: Sequence[str] = ()) -> None:
        self._taken = {_folded(name) for name in taken}
        self._next: dict[str, int] = {}

    def give_all(self, names: Sequence[str]) -> list[str]:
        """This will give a batch of names, each the same or with the lowest free number."""
        folded = set("\n".join(names).lower().split("\n") if all(map(str.isascii, names)) else map(_folded, names))
        if len(folded) == len(names) and self._taken.isdisjoint(folded):
            self._taken |= folded
            return list(names)
        return list(map(self.give, names))

    def give(self, name: str) -> str:
        """This will give the name, or the name with the lowest free number from 2."""
        folded = _folded(name)
        if folded not in self._taken:
            self._taken.add(folded)
            return name
        stem, suffix = _split(name)
        number = self._next.get(folded, 2)
        while _folded(candidate := _numbered(stem, number, suffix)) in self._taken:
            number += 1
        self._next[folded] = number + 1
        self._taken.add(_folded(candidate))
        return candidate


def unique_suffix(name: str, is_taken: Callable[[str], bool]) -> str:
    """This will find a free name by asking, for one name at a time ("-2", "-3", …)."""
    stem, suffix = _split(name)
    candidate, number = name, 1
    while is_taken(_folded(candidate)):
        number += 1
        candidate = _numbered(stem, number, suffix)
    return candidate


def _numbered(stem: str, number: int, suffix: str) -> str:
    ending = f"-{number}{suffix}"
    return _cut(stem, MAX_BYTES - len(ending.encode())) + ending


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _split(name: str) -> tuple[str, str]:
    stem, dot, extension = name.rpartition(".")
    suffix = dot + extension
    return (stem, suffix) if stem and _EXTENSION.fullmatch(suffix) else (name, "")


def _visible(character: str) -> str:
    """Line breaks and tabs become blanks; control, bidi, zero-width and private characters go."""
    if character in "\t\n\r\x0b\x0c\u2028\u2029\u0085":
        return " "
    return "" if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") else character


def _tidy(text: str) -> str:
    """No leading dot or dash (hidden files, options), no trailing dot or blank, no separators that a missing value left hanging."""
    return text.lstrip(" .-_").rstrip(" .-_")


def _cut(text: str, limit: int) -> str:
    """The beginning of a text that fits into so many bytes, never half a character or a letter without its marks."""
    raw = text.encode()
    if len(raw) <= limit:
        return text
    short = raw[:limit].decode("utf-8", "ignore")
    while short and len(short) < len(text) and unicodedata.combining(text[len(short)]):
        short = short[:-1]
    return _tidy(short)


def value_at(values: Any, path: str) -> Any:
    """This will give the value at a dotted path of a row, None where there is nothing."""
    for part in path.split("."):
        if isinstance(values, Mapping):
            values = values.get(part)
        elif isinstance(values, list) and part.isdigit() and int(part) < len(values):
            values = values[int(part)]
        else:
            return None
    return values


def _all_written(values: Sequence[Any], form: str) -> list[str]:
    kinds = set(map(type, values))
    if kinds == {int} and form.isdigit() and form.startswith("0"):
        if min(values) >= 10 ** (int(form) - 1):
            return list(map(str, values))
        return list(map(f"{{:{form}}}".format, values))
    texts = list(values) if kinds == {str} else list(map(_text_of, values))
    if form == "slug":
        return slugs(texts)
    return [_written(text, form) for text in texts] if form else texts


def _text_of(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) and value.is_integer() and abs(value) < 1e6 else str(value)


def _written(text: str, form: str) -> str:
    if form.startswith("%"):
        return _dated(text, form)
    if form.isdigit():
        return text.zfill(int(form)) if form.startswith("0") else text.rjust(int(form))
    return {"upper": str.upper, "lower": str.lower}.get(form, str)(text)


def _dated(text: str, form: str) -> str:
    try:
        return date.fromisoformat(text[:10]).strftime(form)
    except ValueError:
        return text


def slug(text: str) -> str:
    """This will write a text in plain small letters with dashes: "Zoë Íñiguez" as "zoe-iniguez"."""
    return slugs([text.replace("\n", " ")])[0]


def slugs(texts: Sequence[str]) -> list[str]:
    """This will write each text as a slug, all in one go: a line each."""
    whole = "\n".join(texts)
    if whole.count("\n") != len(texts) - 1:
        return list(map(slug, texts))
    plain = whole.lower()
    for character in beyond_ascii(plain):
        plain = plain.replace(character, _letters[ord(character)])
    dashed = plain.replace("'", "").encode("utf-8", "replace").translate(_SLUG)
    while b"--" in dashed:
        dashed = dashed.replace(b"--", b"-")
    dashed = dashed.replace(b"-\n", b"\n").replace(b"\n-", b"\n").strip(b"-")
    return dashed.decode().split("\n")


def beyond_ascii(text: str) -> set[str]:
    """This will give the characters of a text that are not ASCII: bytes are sifted twenty times as fast as characters."""
    return set() if text.isascii() else set(text.encode("utf-8", "replace").translate(None, _ASCII).decode())


class _Letters(dict[int, str]):
    """A character's plain small letters, found once: its base letter without marks, a dash where it has none."""

    def __missing__(self, code: int) -> str:
        character = _SPECIAL.get(chr(code), chr(code))
        bare = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
        plain = self[code] = bare if bare == "\n" else re.sub(r"[^a-z0-9]+", "-", bare.lower())
        return plain


_letters = _Letters()
