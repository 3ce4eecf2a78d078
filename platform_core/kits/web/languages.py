"""Language, region and time zone of a request: the person's profile, then a cookie, then what the browser asks for."""

import zoneinfo
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

THEME_COOKIE = "theme"
THEMES = ("light", "dark")
_region: ContextVar[str] = ContextVar("region", default="")


def current_region() -> str:
    """This will give the two letters of the region numbers are written for, or nothing."""
    return _region.get()


class PreferencesMiddleware:
    """Stands after authentication. Loads the person only where the request carries a session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """This will activate the preferences for one request and take them away after it."""
        user = request.user if settings.SESSION_COOKIE_NAME in request.COOKIES else None
        person = user if user is not None and user.is_authenticated else None
        language = language_of(request, getattr(person, "language", ""))
        token = _region.set(getattr(person, "region", "") or "")
        request.theme = theme_of(request, getattr(person, "theme", ""))  # type: ignore[attr-defined]
        request.LANGUAGE_CODE = language
        try:
            with translation.override(language), timezone.override(zone_of(getattr(person, "time_zone", ""))):
                response = self.get_response(request)
                response.headers.setdefault("Content-Language", language)
        finally:
            _region.reset(token)
        return response


def language_of(request: HttpRequest, profile: str) -> str:
    """This will choose the language: profile, cookie, Accept-Language, default."""
    if profile in dict(settings.LANGUAGES):
        return profile
    return translation.get_language_from_request(request)


def theme_of(request: HttpRequest, profile: str) -> str:
    """This will give light, dark, or nothing for the system's."""
    chosen = profile or request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""


def zone_of(name: str) -> zoneinfo.ZoneInfo:
    """This will give the time zone by name, the project's where the name is unknown."""
    try:
        return zoneinfo.ZoneInfo(name or settings.TIME_ZONE)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo(settings.TIME_ZONE)
