"""The short way of calls that read with an API key: past sessions, forms, messages and profiles, which they do not have."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.utils import translation

ADDRESSES = "/api/v1/"
READS = frozenset(["GET", "HEAD"])


class KeyCallsMiddleware:
    """Stands after what every answer passes (log, scope, size, headers) and before what looks at sessions or pages.

    Of what stands behind it, three things concern such a call: the check of the host, the caller's language, and the
    headers for frames and length. They are done here. A call that brings a session, or changes something, goes the long way.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        handler: Any = BaseHandler()
        handler._view_middleware = handler._template_response_middleware = handler._exception_middleware = []
        self.view: Callable[[HttpRequest], Any] = convert_exception_to_response(handler._get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """This will answer on the short way where that makes no difference."""
        if not _takes_short_way(request):
            return self.get_response(request)
        request.get_host()  # refuses names that are not ours
        request.user = AnonymousUser()
        language = translation.get_language_from_request(request)
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response: HttpResponse = self.view(request)
        response.headers.setdefault("Content-Language", language)
        response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        if not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response


def _takes_short_way(request: HttpRequest) -> bool:
    return (
        request.method in READS
        and request.path_info.startswith(ADDRESSES)
        and request.META.get("HTTP_AUTHORIZATION", "")[:7].lower() == "bearer "
        and settings.SESSION_COOKIE_NAME not in request.META.get("HTTP_COOKIE", "")
    )
