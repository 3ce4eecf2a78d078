"""Tags and filters that every template has (a builtin): icons, numbers, times, people's initials."""

import datetime
import zlib
from decimal import Decimal
from typing import Any

from django import template
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from platform_core.kits.web import csp, icons, languages, numbers, times

register = template.Library()


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """``{% icon "play" %}``, ``{% icon "play" "s" %}``: an icon of 16, 14 (s) or 20 (l) pixels."""
    return icons.draw(name, size)


@register.simple_tag(takes_context=True)
def style_nonce(context: template.Context) -> str:
    """``{% style_nonce %}`` in a meta element: for editors that add style elements of their own."""
    request: HttpRequest = context["request"]
    return csp.style_nonce(request)


@register.simple_tag
def page_locale() -> str:
    """``{% page_locale %}``: language and region as one tag, for scripts that write numbers."""
    language = get_language() or "en"
    region = languages.current_region()
    return f"{language}-{region}" if region and "-" not in language else language


@register.filter
def num(value: int | float | Decimal | None, places: int | None = None) -> str:
    """``{{ n|num }}``: 1,000; ``{{ n|num:1 }}``: 15.1. Nothing for nothing."""
    return "" if value is None else numbers.write(value, places)


@register.filter
def share(value: float | None) -> str:
    """``{{ 0.982|share }}``: 98.2 %."""
    return "" if value is None else numbers.percent(value)


@register.filter
def bytesize(value: int | None) -> str:
    """``{{ file.size_bytes|bytesize }}``: 24.9 MB."""
    return "" if value is None else numbers.size(value)


@register.filter
def when(value: datetime.datetime | None) -> str:
    """``{{ at|when }}``: 11:41, yesterday 11:41, 24 Nov 11:41, 24 Nov 2025."""
    return times.when(value) if value else ""


@register.filter
def clock(value: datetime.datetime | None) -> str:
    """``{{ at|clock }}``: 11:41:09."""
    return times.clock(value, seconds=True) if value else ""


@register.filter
def day(value: datetime.date | datetime.datetime | None) -> str:
    """``{{ at|day }}``: today, yesterday, 24 Nov."""
    return times.day(value.date() if isinstance(value, datetime.datetime) else value) if value else ""


@register.filter
def initials(name: Any) -> str:
    """``{{ user|initials }}``: the first letters of the first and the last word."""
    words = str(name).split("@")[0].split()
    return "".join(word[0] for word in ([words[0], words[-1]] if len(words) > 1 else words)).upper()


@register.filter
def tint(value: Any) -> str:
    """``{{ user.pk|tint }}``: n1 to n4, the same for the same id."""
    return f"n{zlib.crc32(str(value).encode()) % 4 + 1}"
