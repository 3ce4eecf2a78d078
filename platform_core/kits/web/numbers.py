"""Numbers as people of a language and region write them: 7412 but 12 000 in Spanish; the decimal sign follows the region."""

from decimal import Decimal

from django.utils.translation import get_language

from platform_core.kits.web.languages import current_region

# CLDR: regions that speak Spanish and write a decimal point; all others write a comma.
POINT_REGIONS = frozenset(["BZ", "CU", "DO", "GT", "HN", "MX", "NI", "PA", "PE", "PR", "SV", "US"])
# CLDR: of these, the regions that group from four digits as English does.
GROUP_FROM_FOUR = frozenset(["GT", "HN", "MX", "NI", "PR", "SV", "US"])
NO_BREAK_SPACE = "\u00a0"
UNITS = ("B", "kB", "MB", "GB", "TB")


def write(value: int | float | Decimal, places: int | None = None) -> str:
    """This will write a number; ``places`` fixes the digits after the decimal sign, else whole numbers stay whole."""
    if places is None:
        places = 0 if value == int(value) else 1
    text = f"{abs(value):.{places}f}"
    whole, _, part = text.partition(".")
    group, decimal, least = _signs((get_language() or "en").split("-")[0], current_region())
    if len(whole) >= least:
        whole = f"{int(whole):,}".replace(",", group)
    sign = "\u2212" if value < 0 and text.strip("0.") else ""
    return f"{sign}{whole}{decimal}{part}" if part else f"{sign}{whole}"


def _signs(language: str, region: str) -> tuple[str, str, int]:
    if language != "es":
        return ",", ".", 4
    if region in GROUP_FROM_FOUR:
        return ",", ".", 4
    return (",", ".", 5) if region in POINT_REGIONS else (NO_BREAK_SPACE, ",", 5)


def percent(share: float) -> str:
    """This will write a share of one as a percentage: 0.982 is 98.2 %."""
    return f"{write(round(share * 100, 1))}{NO_BREAK_SPACE}%"


def size(count: int) -> str:
    """This will write a number of bytes: 24.9 MB."""
    value, step = float(count), 0
    while value >= 1000 and step < len(UNITS) - 1:
        value, step = value / 1000, step + 1
    return f"{write(value, 1 if step > 1 and value != int(value) else 0)}{NO_BREAK_SPACE}{UNITS[step]}"
