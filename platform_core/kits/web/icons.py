"""Lucide icons, drawn into the page. The front-end build writes ``icons.json`` with those whose names stand in our files."""

import json
from functools import cache
from typing import cast

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.safestring import SafeString, mark_safe

SIZES = {"": "i", "s": "i s", "l": "i l"}


class UnknownIconError(LookupError):
    """No icon of that name was built. Write its name in quotes in a template and run ``npm run build``."""


@cache
def drawings() -> dict[str, str]:
    """This will read what the build has drawn; raises ImproperlyConfigured before the first build."""
    try:
        return cast(dict[str, str], json.loads((settings.BUILD_DIR / "static" / "icons.json").read_text()))
    except FileNotFoundError as missing:
        raise ImproperlyConfigured("The front end is not built: run `npm run build`.") from missing


def draw(name: str, size: str = "") -> SafeString:
    """This will return an icon as SVG, hidden from readers: the word stands beside it. Raises UnknownIconError."""
    try:
        inner = drawings()[name]
    except KeyError:
        raise UnknownIconError(f"Icon {name!r} is not built: run `npm run build`.") from None
    return mark_safe(f'<svg class="{SIZES[size]}" viewBox="0 0 24 24" aria-hidden="true">{inner}</svg>')
