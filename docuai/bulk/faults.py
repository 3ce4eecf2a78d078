"""What validation finds wrong with a row: code, place, excerpt and the likely answers, ready to be stored and shown.

Words are made from the code when they are read, so a stored fault speaks the language of its reader.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from platform_core.kits.web import numbers

EXCERPT = 120

MESSAGES = {
    "required": _("%(field)s is empty"),
    "bad_email": _("Not an e-mail address"),
    "bad_date": _("Not a date"),
    "ambiguous_date": _("Date can be read two ways"),
    "no_such_date": _("There is no such day"),
    "not_a_number": _("Not a number"),
    "not_whole": _("Not a whole number"),
    "not_exact": _("More digits than a number keeps (15); map it to a text field"),
    "not_yes_or_no": _("Neither yes nor no"),
    "too_big": _("%(field)s is above %(limit)s"),
    "too_small": _("%(field)s is below %(limit)s"),
    "not_in_list": _("Not one of %(choices)s"),
    "too_long": _("%(length)s characters, %(field)s holds %(limit)s"),
    "too_short": _("Fewer than %(limit)s characters"),
    "bad_pattern": _("Not written as %(field)s must be (%(pattern)s)"),
    "bad_format": _("Not a valid %(format)s"),
    "wrong_type": _("%(found)s where %(wanted)s belongs"),
    "too_many_items": _("%(length)s items, at most %(limit)s"),
    "too_few_items": _("Fewer than %(limit)s items"),
    "not_allowed": _("The template has no field %(names)s"),
    "schema": _("Does not fit the template: %(reason)s"),
    "line_break": _("Line break in %(field)s"),
    "control_character": _("Control character, %(character)s"),
    "unreadable_character": _("A character that the encoding cannot read"),
    "missing_glyph": _("No font has %(characters)s"),
    "leading_equals": _("Starts with “=”, a formula"),
    "cell_too_big": _("%(size)s, a cell holds %(most)s"),
    "row_too_big": _("%(size)s, a row holds %(most)s"),
    "open_quote": _("%(lines)s lines in one cell: a quotation mark is not closed"),
    "ragged_row": _("%(cells)s cells instead of %(columns)s"),
    "duplicate_row": _("Same as row %(number)s"),
    "duplicate_key": _("%(field)s as in row %(number)s"),
    "duplicate_email": _("Same e-mail address as row %(number)s"),
    "error_value": _("The cell holds the error %(value)s"),
    "formula_without_value": _("A formula without a calculated value: open and save the file in Excel"),
    "bad_line": _("Line %(line)s is not valid JSON: %(reason)s"),
    "not_an_object": _("Not an object with fields"),
    "too_deep": _("Nested deeper than %(limit)s levels"),
    "group_disagrees": _("%(field)s differs within the group: %(values)s"),
    "group_too_long": _("More than %(limit)s lines in one document"),
    "group_without_key": _("%(lines)s lines have no key, so nobody knows which document they belong to"),
}

# Faults that a person may accept for a whole run: the row is complete, only suspicious.
ACCEPTABLE = frozenset({"leading_equals", "duplicate_row", "duplicate_email", "line_break", "missing_glyph"})


@dataclass(frozen=True, slots=True)
class Answer:
    """A likely answer for one-click mending: the text that goes into the cell, and a label where the text alone does not tell."""

    value: str
    label: str = ""  # "guess", or for the readings of a date "dmy" and "mdy"; empty: nobody would dispute it


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one row. `field` is a JSON pointer, `column` the name in the table (empty: no single cell)."""

    number: int
    code: str
    field: str = ""
    column: str = ""
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    excerpt: str = ""
    answers: tuple[Answer, ...] = ()

    @property
    def clear(self) -> bool:
        """This will say whether there is one answer that nobody would dispute ("Mend 5 clear cases")."""
        return len(self.answers) == 1 and not self.answers[0].label

    @property
    def acceptable(self) -> bool:
        """This will say whether the row may be launched as it is when somebody accepts this code."""
        return self.code in ACCEPTABLE

    @property
    def field_name(self) -> str:
        """This will name the field for people: `/completed_on` as "Completed on", or the column where there is no field."""
        parts = [part for part in self.field.split("/") if part]
        return (parts[-1].replace("_", " ").capitalize() if parts else "") or self.column

    @property
    def message(self) -> str:
        """This will say what is wrong, in the reader's language."""
        words: dict[str, Any] = {"field": self.field_name, **self.params}
        if "bytes" in words:
            words |= {"size": numbers.size(words["bytes"]), "most": numbers.size(words["limit"])}
        return str(MESSAGES[self.code]) % words

    def to_json(self) -> dict[str, Any]:
        """This will give a plain dict that `from_json` reads back."""
        return {
            "number": self.number,
            "code": self.code,
            "field": self.field,
            "column": self.column,
            "params": dict(self.params),
            "excerpt": self.excerpt,
            "answers": [{"value": answer.value, "label": answer.label} for answer in self.answers],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Fault":
        """This will read what `to_json` wrote."""
        answers = tuple(Answer(answer["value"], answer.get("label", "")) for answer in stored.get("answers", ()))
        return cls(**{**stored, "answers": answers})


def excerpt_of(value: Any) -> str:
    """This will cut a value for showing; control characters stay visible as their pictures (U+2400…)."""
    text = value if isinstance(value, str) else "" if value is None else str(value)
    shown = "".join(chr(0x2400 + ord(character)) if ord(character) < 32 else character for character in text[:EXCERPT])
    return f"{shown}…" if len(text) > EXCERPT else shown
