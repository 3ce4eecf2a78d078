"""Reads of what the engines have on this machine."""

from functools import cache

from docuai.engines import fonts


def characters_without_font(text: str) -> str:
    """This will give the characters of a text that no shipped font has, each once, in the order of the text."""
    covered = _covered()
    if not covered:
        return ""  # no font folder yet: the renderer will name them
    return "".join(dict.fromkeys(character for character in text if ord(character) not in covered))


@cache
def _covered() -> frozenset[int]:
    found: set[int] = set()
    for family in fonts.families():
        found |= fonts.coverage(family)
    return frozenset(found)
