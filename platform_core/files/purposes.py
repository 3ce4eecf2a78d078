"""What files are brought for, and what may come: a port, filled in ``portfolio/wiring.py``. Without a purpose no upload."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from platform_core.files.errors import UnknownPurposeError


@dataclass(frozen=True, slots=True)
class Purpose:
    """``kinds`` are those of ``kits.web.sniffing``: what the content may be, whatever the name says."""

    name: str
    max_bytes: int
    kinds: frozenset[str]


PURPOSES: dict[str, Purpose] = {}
DERIVED: set[str] = set()


def register_purpose(name: str, *, max_bytes: int, kinds: Iterable[str]) -> None:
    """This will let files come for a purpose; the later registration of a name wins."""
    PURPOSES[name] = Purpose(name, max_bytes, frozenset(kinds))


def register_derived(name: str) -> None:
    """This will treat files of a purpose as drawn from others at will, like thumbnails: neither audited nor told."""
    DERIVED.add(name)


def purpose_of(name: str) -> Purpose:
    """This will return the purpose; raises UnknownPurposeError."""
    try:
        return PURPOSES[name]
    except KeyError:
        known = ", ".join(sorted(PURPOSES))
        raise UnknownPurposeError(
            _("Say what the file is for: the metadata “purpose” is one of %(known)s.") % {"known": known}
        ) from None
