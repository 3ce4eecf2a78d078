"""The mail catcher's inbox as a page: development and demo only, where no mail leaves the machine."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from portfolio.stack import mailbox


def inbox(request: HttpRequest) -> HttpResponse:
    """This will list what the catcher has caught, the newest first; in production there is no such page."""
    _refuse_in_production()
    search = request.GET.get("q", "")
    messages = mailbox.messages(settings.DATA_DIR / "mail", search=search)
    return render(request, "portfolio/inbox.html", {"messages_caught": messages, "search": search})


def message(request: HttpRequest, message_id: str) -> HttpResponse:
    """This will show the text of one message, addresses as links; its HTML is never rendered here."""
    _refuse_in_production()
    try:
        found = mailbox.message(settings.DATA_DIR / "mail", message_id)
    except mailbox.NoSuchMessageError:
        raise Http404 from None
    return render(request, "portfolio/message.html", {"found": found})


def _refuse_in_production() -> None:
    if settings.PRODUCTION:
        raise Http404
