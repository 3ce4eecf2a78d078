"""An organization's color, held to contrast: what is too pale on white, or too dark on the dark theme, is mended."""

import re

LEAST = 4.5  # WCAG 2.2, AA, for text
PAPER, NIGHT = "#ffffff", "#16181d"
STEPS = 100


def is_color(text: str) -> bool:
    """This will say whether the text is a color such as ``#0b6e4f``."""
    return re.fullmatch(r"#[0-9a-fA-F]{6}", text) is not None


def contrast(one: str, other: str) -> float:
    """This will give the contrast of two colors, 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def on_light(color: str) -> str:
    """This will give the color, darker where it needs to be, to be read on white and to carry white text."""
    return _mended(color, PAPER, towards=0)


def on_dark(color: str) -> str:
    """This will give the color, lighter where it needs to be, to be read on the dark theme."""
    return _mended(color, NIGHT, towards=255)


def _mended(color: str, ground: str, *, towards: int) -> str:
    parts = _parts(color)
    for step in range(STEPS + 1):
        mixed = [round(part + (towards - part) * step / STEPS) for part in parts]
        found = "#" + "".join(f"{part:02x}" for part in mixed)
        if contrast(found, ground) >= LEAST:
            return found
    return "#000000" if towards == 0 else "#ffffff"


def _parts(color: str) -> list[int]:
    return [int(color[i : i + 2], 16) for i in (1, 3, 5)]


def _luminance(color: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (p / 255 for p in _parts(color))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
