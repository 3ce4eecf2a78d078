"""Bodies of requests, refused before anything reads or spools them: the check against forgery would read a form whole.

Larger files come as resumable uploads, in parts. A body without a length is refused too: the server in front of us
hands it on as empty, and a client would believe that it was taken.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

LIMIT_BYTES = 25_000_000


class BodyMiddleware:
    """Stands before everything that may touch ``request.POST``. The API says the same by its problems (413)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or ""
        if not length and "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
            return _refused(411, _("Send the length of the body (Content-Length). Nothing was taken."))
        if length.isascii() and length.isdigit() and int(length[:19]) > LIMIT_BYTES and _is_page(request):
            return _refused(413, _("This is more than 25 MB. Nothing was taken: upload it as a file, or split it."))
        return self.get_response(request)


def _is_page(request: HttpRequest) -> bool:
    return not request.path_info.startswith("/api/")


def _refused(status: int, text: str) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8", headers={"Connection": "close"})
