"""Toasts: what was just done, with Undo. On htmx they travel in HX-Trigger, else with the next page by Django's messages."""

import json
from dataclasses import asdict, dataclass
from typing import Literal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

Level = Literal["done", "failed"]
TAGS: dict[str, int] = {"done": messages.SUCCESS, "failed": messages.ERROR}


@dataclass(frozen=True, slots=True)
class Toast:
    """One line, and where a POST takes it back."""

    message: str
    level: Level = "done"
    undo_url: str = ""


def toast(
    request: HttpRequest,
    message: str,
    *,
    level: Level = "done",
    undo_url: str = "",
    response: HttpResponse | None = None,
) -> None:
    """This will show a toast: at once when ``response`` answers htmx with content, else on the next page."""
    shown = Toast(str(message), level, undo_url)
    if response is not None and getattr(request, "htmx", False) and "HX-Redirect" not in response.headers:
        _attach(response, shown)
    else:
        messages.add_message(request, TAGS[level], shown.message, extra_tags=undo_url)


def _attach(response: HttpResponse, shown: Toast) -> None:
    events = json.loads(response.headers.get("HX-Trigger", "{}"))
    # target: the element that asked may have been swapped away when the event is sent
    event = events.setdefault("x-toast", {"target": "body", "toasts": []})
    event["toasts"].append(asdict(shown))
    response.headers["HX-Trigger"] = json.dumps(events)


def close_dialog(response: HttpResponse, dialog_id: str = "") -> None:
    """This will close a dialog of the page when the answer arrives; all of them without an id."""
    events = json.loads(response.headers.get("HX-Trigger", "{}"))
    events["x-close"] = {"target": "body", "value": dialog_id}
    response.headers["HX-Trigger"] = json.dumps(events)
