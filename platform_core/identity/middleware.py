"""Notices a session that has just become a person's, and when a person was last at it."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

from platform_core.identity.noticing import note_use


class SessionsMiddleware:
    """Stands after authentication. Looks at sessions that the request has read anyway, whichever way it was signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """This will answer, then note the visit; the session is saved by the middleware outside of this one."""
        response = self.get_response(request)
        if request.session.accessed and SESSION_KEY in request.session and request.user.is_authenticated:
            note_use(request, response)
        return response
