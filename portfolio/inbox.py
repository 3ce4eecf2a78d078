"""The mail catcher's inbox as pages: development and demo only, where no mail leaves the machine.

A mail's HTML is foreign: it is shown in a sandboxed frame that has a policy of its own (no scripts, nothing from the
network), never in our page.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from platform_core.kits.web.ranges import ranged
from portfolio.stack import mailbox

# Links open in a tab of their own. No script, no form, no picture from the network, no origin.
FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'; "
    "base-uri 'self'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
FRAME = '<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light"><base target="_blank">'


def development_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """This will answer 404 in production, where there is no catcher, and for a message that is not there."""

    @require_safe
    @wraps(view)
    def page(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if settings.PRODUCTION:
            raise Http404
        try:
            return view(request, **kwargs)
        except mailbox.NoSuchMessageError:
            raise Http404 from None

    return page


@development_only
def inbox(request: HttpRequest) -> HttpResponseBase:
    """This will list what the catcher has caught, the newest first, with the newest one open beside it."""
    return _page(request, None)


@development_only
def message(request: HttpRequest, message_id: str) -> HttpResponseBase:
    """This will show one message beside the list: its HTML in a frame, or its text with addresses as links."""
    return _page(request, _read(message_id))


@development_only
def frame(request: HttpRequest, message_id: str) -> HttpResponseBase:
    """This will give a mail's HTML to the sandboxed frame of its page."""
    response = HttpResponse(FRAME + _read(message_id).html)
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@development_only
def attachment(request: HttpRequest, message_id: str, number: int) -> HttpResponseBase:
    """This will give one attachment, to be saved or, where that is safe, shown."""
    found = _read(message_id).attachments
    if not 1 <= number <= len(found):
        raise Http404
    chosen = found[number - 1]
    return ranged(
        request,
        length=len(chosen.content),
        read=lambda offset, size: iter([chosen.content[offset : offset + size]]),
        content_type=chosen.content_type,
        file_name=chosen.name,
        etag=f"{message_id}-{number}",
        inline=request.GET.get("inline") == "1",
    )


def _page(request: HttpRequest, found: mailbox.Message | None) -> HttpResponse:
    search = request.GET.get("q", "").strip()
    context = {
        "messages_caught": mailbox.messages(settings.DATA_DIR / "mail", search=search),
        "search": search,
        "found": found,
        "shows_text": found is not None and (request.GET.get("view") == "text" or not found.html),
    }
    return render(request, "portfolio/inbox.html", context)


def _read(message_id: str) -> mailbox.Message:
    return mailbox.message(settings.DATA_DIR / "mail", message_id)
