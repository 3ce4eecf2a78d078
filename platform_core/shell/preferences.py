"""Switching language and theme: kept in the profile of who is signed in, else in a cookie of this device."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from platform_core.accounts.models import User
from platform_core.kits.web.languages import THEME_COOKIE

YEAR = 365 * 24 * 3600


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """This will switch the language and go back to where the person was."""
    response = _back(request)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        _keep(request, "language", language)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR, samesite="Lax", secure=request.is_secure()
        )
    return response


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """This will switch between light, dark and the system's; a script's request is answered without a page."""
    response = HttpResponse(status=204) if request.headers.get("X-Requested-With") == "fetch" else _back(request)
    theme = request.POST.get("theme", "")
    if theme in User.Theme.values:
        _keep(request, "theme", theme)
        response.set_cookie(THEME_COOKIE, theme, max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response


def _keep(request: HttpRequest, field: str, value: str) -> None:
    if request.user.is_authenticated:
        User.objects.filter(pk=request.user.pk).update(**{field: value})


def _back(request: HttpRequest) -> HttpResponse:
    to = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(to, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(to if safe and to.startswith("/") else reverse("home"))
