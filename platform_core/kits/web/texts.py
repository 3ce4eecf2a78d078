"""Texts that cannot be stored: answered with 400 and the reason, wherever a page lets one through to the database."""

from collections.abc import Callable

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from platform_core.kits.tenancy.postgresql.refusals import holds_nul


class UnstorableTextError(SuspiciousOperation):
    """What was sent holds a NUL character; the message says what to do."""


class UnstorableTextMiddleware:
    """The API says the same by its problems."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """This will turn the database's refusal into a fault of the request."""
        if holds_nul(exception):
            text = _("It holds a character that is no text (NUL). Remove it and send it again; nothing was saved.")
            raise UnstorableTextError(text) from exception
