"""The starters that DocuAI ships: four kinds of document in Typst, three of them also in Word, in English and Spanish.

Plain files beside this module; `STARTERS` lists them. Nothing here needs a database. The Word files are written by
`python -m docuai.library.starters.build`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FOLDER = Path(__file__).resolve().parent
LANGUAGES = ("en", "es")


@dataclass(frozen=True, slots=True)
class Starter:
    """One starter: which engine, what it is called, where its files are."""

    slug: str
    kind: str
    engine: str
    name: str | Promise
    description: str | Promise
    tags: tuple[str | Promise, ...] = ()
    languages: tuple[str, ...] = LANGUAGES

    @property
    def folder(self) -> Path:
        """This will give the folder of this kind of document."""
        return FOLDER / self.kind

    def sources(self) -> dict[str, bytes]:
        """This will give one source a language; Typst has both languages in one file."""
        if self.engine == "typst":
            source = (self.folder / "template.typ").read_bytes()
            return dict.fromkeys(self.languages, source)
        return {language: (self.folder / f"template.{language}.docx").read_bytes() for language in self.languages}

    def schema(self) -> dict[str, Any]:
        """This will give the JSON Schema of a row."""
        return _loaded(self.folder / "schema.json")

    def sample(self, name: str = "en") -> dict[str, Any]:
        """This will give a sample row: `en`, `es`, or `worst` (very long, empty and foreign values)."""
        return _loaded(self.folder / f"sample.{name}.json")


STARTERS: tuple[Starter, ...] = (
    Starter(
        slug="certificate",
        kind="certificate",
        engine="typst",
        tags=(_("Education"),),
        name=_("Certificate"),
        description=_(
            "Certificate of completion on one landscape page, with an engraving drawn from its number and a QR code."
        ),
    ),
    Starter(
        slug="employment-contract",
        kind="contract",
        engine="typst",
        tags=(_("People"),),
        name=_("Employment contract"),
        description=_(
            "Two pages of sample clauses that come and go with the row: term, probation, bonus, remote work."
        ),
    ),
    Starter(
        slug="invoice",
        kind="invoice",
        engine="typst",
        tags=(_("Finance"),),
        name=_("Invoice"),
        description=_("Any number of lines and taxes; refuses to print if the sums do not add up to the cent."),
    ),
    Starter(
        slug="letter",
        kind="letter",
        engine="typst",
        tags=(_("Letters"),),
        name=_("Letter"),
        description=_("Business letter with the address in the window of the envelope, on one page or several."),
    ),
    Starter(
        slug="certificate-word",
        kind="certificate",
        engine="word",
        tags=(_("Education"),),
        name=_("Certificate (Word)"),
        description=_("The certificate as a Word file that anybody can change."),
    ),
    Starter(
        slug="employment-contract-word",
        kind="contract",
        engine="word",
        tags=(_("People"),),
        name=_("Employment contract (Word)"),
        description=_("The contract as a Word file, with numbered clauses that close up when one is left out."),
    ),
    Starter(
        slug="invoice-word",
        kind="invoice",
        engine="word",
        tags=(_("Finance"),),
        name=_("Invoice (Word)"),
        description=_("The invoice as a Word file, with a table row for each line."),
    ),
)


def starter(slug: str) -> Starter:
    """This will find a starter by its slug; raises KeyError."""
    return {item.slug: item for item in STARTERS}[slug]


def _loaded(path: Path) -> dict[str, Any]:
    return dict(json.loads(_read(path)))


@cache
def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
