"""What can be done to a cell on its way into a field: one small step each, stored as {"kind": …, "value": …}.

Steps that change text are plain functions. "date" and "number" say how the cell is written and are obeyed when it is typed
(`cells.py`); without them a date that can be read two ways is a fault, never a guess.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

LABELS = {
    "trim": _("trim"),
    "collapse": _("one space between words"),
    "upper": _("upper case"),
    "lower": _("lower case"),
    "title": _("First letters in capitals"),
    "date": _("date format"),
    "number": _("decimal sign"),
    "default": _("if empty"),
}
DATE_ORDERS = {
    "auto": _("only if unmistakable"),
    "dmy": _("day/month/year"),
    "mdy": _("month/day/year"),
    "ymd": _("year/month/day"),
}
_SMALL_WORDS = {
    "de",
    "del",
    "la",
    "las",
    "los",
    "y",
    "e",
    "da",
    "do",
    "dos",
    "das",
    "van",
    "von",
    "der",
    "den",
    "of",
    "the",
    "and",
}
TextStep = Callable[[str], str]


class TransformError(Exception):
    """A stored transform is unknown or has a value that it cannot have."""


@dataclass(frozen=True, slots=True)
class Transform:
    """One step: its kind, and for "date" an order, for "number" a decimal sign, for "default" the text to put in."""

    kind: str
    value: str = ""

    def __post_init__(self) -> None:
        allowed: Mapping[str, Sequence[str]] = {"date": tuple(DATE_ORDERS), "number": (".", ",")}
        if self.kind not in LABELS:
            raise TransformError(str(_("There is no transform “%(kind)s”.")) % {"kind": self.kind})
        if self.kind in allowed and self.value not in allowed[self.kind]:
            choices = ", ".join(allowed[self.kind])
            message = str(_("“%(kind)s” needs one of %(choices)s, not “%(value)s”."))
            raise TransformError(message % {"kind": self.kind, "choices": choices, "value": self.value})

    def to_json(self) -> dict[str, Any]:
        """This will give a plain dict that `Transform.from_json` reads back."""
        return {"kind": self.kind, "value": self.value} if self.value else {"kind": self.kind}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Transform":
        """This will read a stored transform; raises TransformError."""
        return cls(str(stored.get("kind", "")), str(stored.get("value", "")))


def title_case(text: str) -> str:
    """This will write the first letter of each word in upper case: "MARÍA DE LA O'BRIEN" as "María de la O'Brien"."""
    words = []
    for index, word in enumerate(text.split(" ")):
        lower = word.lower()
        words.append(lower if index and lower in _SMALL_WORDS else _capital(lower))
    return " ".join(words)


def _capital(word: str) -> str:
    letters = list(word)
    start = True
    for index, letter in enumerate(letters):
        if start and letter.isalpha():
            letters[index] = letter.upper()
            start = False
        elif letter == "-" or (letter in "'’" and index == 1):
            start = True
    return "".join(letters)


def _collapse(text: str) -> str:
    return " ".join(text.split())


_STEPS: dict[str, TextStep] = {
    "trim": str.strip,
    "collapse": _collapse,
    "upper": str.upper,
    "lower": str.lower,
    "title": title_case,
}


def text_step(transforms: Sequence[Transform]) -> TextStep | None:
    """This will join the steps that change text into one function, or give None when there is none."""
    steps = text_steps(transforms)
    if len(steps) <= 1:
        return steps[0] if steps else None

    def run(text: str) -> str:
        for step in steps:
            text = step(text)
        return text

    return run


def text_steps(transforms: Sequence[Transform]) -> list[TextStep]:
    """This will give the steps that change text, in order."""
    return [_STEPS[transform.kind] for transform in transforms if transform.kind in _STEPS]


def setting(transforms: Sequence[Transform], kind: str) -> str | None:
    """This will give the value of the last transform of a kind, or None."""
    return next((transform.value for transform in reversed(transforms) if transform.kind == kind), None)
