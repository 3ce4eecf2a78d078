"""How an e-mail address is written, and what is wrong with one: hidden characters, letters that pass for others."""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from platform_core.kits.web.names import scripts_of

LONGEST = 254
LOOKALIKE = frozenset("асеһіјԁоӏрԛѕԝухѵгкмтнвпԍ" + "αβγεηικνορστυχω")


def plain_address(text: str) -> str:
    """This will write an e-mail address in the one way we compare: NFKC (full-width letters become plain), lower case."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def fault_of(email: str) -> str:
    """This will say what is wrong with an address, or nothing. ``email`` is written as ``plain_address`` does."""
    if hidden := next((c for c in email if unicodedata.category(c) in ("Cf", "Cc", "Co", "Cn")), None):
        return _("Holds an invisible character (U+%(code)04X). Type the address anew.") % {"code": ord(hidden)}
    local, _at, domain = email.rpartition("@")
    if foreign := next((c for c in local if ord(c) > 127), None):
        facts = {"letter": foreign, "name": unicodedata.name(foreign, f"U+{ord(foreign):04X}").lower()}
        return _("Holds “%(letter)s” (%(name)s), which is no letter of an address. Type it anew.") % facts
    if _is_disguised(domain):
        return _("The part after the @ holds letters that look like others. Type it anew.")
    try:
        validate_email(email)
    except ValidationError:
        return _("Is no e-mail address.")
    return _("Is longer than an address can be.") if len(email) > LONGEST else ""


def _is_disguised(domain: str) -> bool:
    """A label of two scripts, or one of nothing but letters that pass for Latin ones."""
    for label in domain.split("."):
        letters = [c for c in label if c.isalpha()]
        scripts = scripts_of(label)
        if "LATIN" in scripts and len(scripts) > 1:
            return True
        if letters and all(c in LOOKALIKE for c in letters):
            return True
    return False
