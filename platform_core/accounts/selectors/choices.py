"""What forms offer for regions and time zones, in the reader's language."""

import functools
import zoneinfo

from babel import Locale
from django.utils.translation import get_language

AREAS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
Choices = list[tuple[str, str]]


def regions() -> Choices:
    """This will list countries by name, in the language of now."""
    return _regions((get_language() or "en").split("-")[0])


@functools.cache
def time_zones() -> Choices:
    """This will list time zones by name, UTC first."""
    names = sorted(n for n in zoneinfo.available_timezones() if n.split("/")[0] in AREAS and "/" in n)
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


@functools.cache
def _regions(language: str) -> Choices:
    names = Locale(language).territories
    return sorted(
        (
            (code, name)
            for code, name in names.items()
            if len(code) == 2 and code.isalpha() and code not in ("ZZ", "XA", "XB")
        ),
        key=lambda pair: _sorted_as(pair[1]),
    )


def _sorted_as(name: str) -> str:
    return name.lower().translate(str.maketrans("áéíóúüñåäöôÅÁÉÍÓÚ", "aeiouunaaooaaeiou"))
