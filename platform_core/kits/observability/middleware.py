"""The outermost middleware: probes, the request's id, one log line and one observation a request.

django-structlog's, with four changes: no query string and no long path segment in a log (they hold signed tokens), no
address of the visitor, the user only where the view has asked for it (no query of its own), and the id in the answer.
"""

import re
import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django_structlog.middlewares import RequestMiddleware

from platform_core.kits.observability.addresses import client_of
from platform_core.kits.observability.context import bind, forget_client, request_id, set_client
from platform_core.kits.observability.metrics import REQUESTS
from platform_core.kits.observability.probes import PROBES

LONG_SEGMENT = re.compile(r"/[^/]{41,}")  # a UUID has 36
METHODS = frozenset(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
log = structlog.get_logger("portfolio.request")


class ObservabilityMiddleware(RequestMiddleware):
    """Stands first, before the scope's: nothing here reads a row of an organization."""

    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        super().__init__(get_response)
        self.answer = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """This will answer a probe, or observe how the rest answers."""
        if probe := PROBES.get(request.path_info):
            return probe(request)
        structlog.contextvars.clear_contextvars()  # whatever a broken request on this thread has left
        begin = time.perf_counter()
        self.prepare(request)
        own_id = request_id()
        request.request_id = own_id  # type: ignore[attr-defined]
        caller = set_client(client_of(request))
        try:
            response = self.answer(request)
        finally:
            forget_client(caller)
        seconds = time.perf_counter() - begin
        REQUESTS.labels(method=_method(request), route=route(request), status=response.status_code).observe(seconds)
        structlog.contextvars.bind_contextvars(duration_ms=round(seconds * 1000, 1))
        self.handle_response(request, response)
        response.headers["X-Request-ID"] = own_id
        return response

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """This will name a request without what is secret in its address."""
        return f"{request.method} {LONG_SEGMENT.sub('/…', request.path)}"

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        """This will bind the user that the view has loaded already."""
        user = request.__dict__.get("_cached_user")
        if user is not None and user.pk is not None:
            bind(user_id=user.pk)

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        """This will bind nothing: the address of a visitor is personal data. The audit log keeps it where it must."""


def route(request: HttpRequest) -> str:
    """This will return the pattern that matched, so that metrics have as many series as there are routes."""
    match = request.resolver_match
    return match.route or "/" if match else "unmatched"


def _method(request: HttpRequest) -> str:
    return request.method if request.method in METHODS else "OTHER"
