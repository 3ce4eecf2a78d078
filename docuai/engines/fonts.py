"""The font folder: static TTF files that the front-end build copies there.

Which faces it has, which characters they cover.

Engines use these files and the ones inside Typst, never the machine's own fonts: the same row must give the same bytes
anywhere.
"""

from __future__ import annotations

import hashlib
import importlib
from functools import cache
from pathlib import Path
from typing import Any

_chosen: list[Path] = []

# Fonts that Word users have, and the free face of the same widths that the converter to PDF gets instead.
TWINS = {
    "Georgia": "Gelasio",
    "Calibri": "Carlito",
    "Calibri Light": "Carlito",
    "Times New Roman": "Tinos",
    "Arial": "Arimo",
    "Helvetica": "Arimo",
    "Courier New": "Cousine",
}
SERIFS = (
    "cambria",
    "garamond",
    "book antiqua",
    "palatino",
    "century",
    "constantia",
    "baskerville",
    "bodoni",
    "serif",
    "times",
)
FIXED = ("consolas", "courier", "mono", "menlo", "lucida console")


def use_font_dir(folder: Path) -> None:
    """This will set the folder in a process without Django (the sandbox child)."""
    _chosen[:] = [folder]
    for cached in (fonts_fingerprint, families, coverage, _covered):
        cached.cache_clear()


def font_dir() -> Path:
    """This will give the folder with the font files."""
    if _chosen:
        return _chosen[0]
    build_dir: Path = importlib.import_module("django.conf").settings.BUILD_DIR
    return build_dir / "fonts"


def font_files() -> list[Path]:
    """This will list the font files by name."""
    folder = font_dir()
    return (
        sorted(path for path in folder.glob("*") if path.suffix.lower() in (".ttf", ".otf")) if folder.is_dir() else []
    )


@cache
def fonts_fingerprint() -> str:
    """This will name the content of the font folder in eight hex digits."""
    total = hashlib.sha256()
    for path in font_files():
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:8]


@cache
def families() -> dict[str, Path]:
    """This will map each family to its regular file (or the first one)."""
    found: dict[str, Path] = {}
    for path in sorted(font_files(), key=lambda path: ("400Regular." not in path.name, path.name)):
        found.setdefault(_family(path), path)
    return found


@cache
def coverage(family: str) -> frozenset[int]:
    """This will give the code points that a family's regular face has; none for an unknown family."""
    path = families().get(family)
    if path is None:
        return frozenset()
    with _open(path) as font:
        font.setGlyphOrder(range(font["maxp"].numGlyphs))  # or it reads all names of glyphs, which takes twice as long
        return frozenset(font.getBestCmap())


def characters_without_font(text: str) -> str:
    """This will give the characters of a text that no shipped font has, each once, in the order of the text."""
    covered = _covered()
    if not covered:
        return ""  # no font folder yet: the renderer will name them
    return "".join(dict.fromkeys(character for character in text if ord(character) not in covered))


@cache
def _covered() -> frozenset[int]:
    return frozenset().union(*(coverage(family) for family in families()))


def twin_of(font: str) -> str:
    """This will name the face that stands in for a Word font: its twin, itself if we have it, else the nearest kind."""
    if font in TWINS:
        return TWINS[font]
    if font in families():
        return font
    name = font.lower()
    if any(word in name for word in FIXED):
        return "Cousine"
    return "Gelasio" if any(word in name for word in SERIFS) and "sans" not in name else "Carlito"


def _family(path: Path) -> str:
    with _open(path) as font:
        names = font["name"]
        return str(names.getDebugName(16) or names.getDebugName(1))


def _open(path: Path) -> Any:
    return importlib.import_module("fontTools.ttLib").TTFont(path, lazy=True)
