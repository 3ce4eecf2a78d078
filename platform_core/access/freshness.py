"""Step-up: what changes who may do what asks again for the password or a second factor, unless that was given just now.

Our own check: allauth's re-authentication lets pass who has neither password nor factor of its kind, and knows no
django-otp device. How to ask is plugged in by a higher slice (``register_step_up``); without it nothing opens.
"""

import functools
import time
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

FRESH_SECONDS = 600
FRESH_AT = "fresh_at"  # in a session: when password or factor were given last

Ask = Callable[[HttpRequest], HttpResponseBase | None]
_ask: list[Ask] = []


def register_step_up(ask: Ask) -> None:
    """This will plug in who asks: ``ask(request)`` answers with the question, or with None once it has been answered."""
    _ask[:] = [ask]


def mark_fresh(request: HttpRequest) -> None:
    """This will remember that the person has just shown who they are."""
    request.session[FRESH_AT] = int(time.time())


def is_fresh(request: HttpRequest) -> bool:
    """This will say whether password or factor were given in the last ten minutes of this session."""
    age: float = time.time() - request.session.get(FRESH_AT, 0)
    return 0 <= age < FRESH_SECONDS


def require_fresh(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """This will ask the person to show who they are before the view runs: stand it inside the page's door.

    What was sent by POST is kept by the question and arrives with the answer.
    """

    @functools.wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_fresh(request):
            if not _ask:
                raise PermissionDenied("no step-up is plugged in")
            if (question := _ask[0](request)) is not None:
                return question
        return view(request, *args, **kwargs)

    page.asks_fresh = True  # type: ignore[attr-defined]
    return page
