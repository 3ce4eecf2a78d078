"""Names that people give to things which others trust: in mails, in lists, on public pages."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
JOINERS = "\u200c\u200d"  # of Persian, Indic scripts and emoji
MIXED = frozenset(["LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"])  # scripts whose letters pass for each other


def scripts_of(text: str) -> set[str]:
    """This will name the scripts of a text's letters, as Unicode does."""
    return {unicodedata.name(sign, "?").split(" ")[0] for sign in text if sign.isalpha()}


def refuse_hidden(name: str) -> None:
    """This will refuse a name with signs that nobody sees: line breaks, controls, what turns the direction of text."""
    hidden = next((c for c in name if unicodedata.category(c) in HIDDEN and c not in JOINERS), "")
    if hidden:
        text = _("Holds an invisible character (U+%(code)04X). Type the name anew.") % {"code": ord(hidden)}
        raise ValidationError(text, code="hidden_character")


def refuse_disguised(name: str) -> None:
    """This will refuse a word with letters of two scripts that look alike: “Andina” with a Cyrillic А is nobody's name."""
    for word in name.split():
        scripts = sorted(scripts_of(word) & MIXED)
        if len(scripts) > 1:
            text = _("“%(word)s” mixes letters of two alphabets (%(scripts)s) that look alike. Type it in one of them.")
            facts = {"word": word[:60], "scripts": ", ".join(each.capitalize() for each in scripts)}
            raise ValidationError(text % facts, code="mixed_scripts")
