"""``/status`` and ``/accessibility``: the same for everybody, and open when the database is away."""

import logging
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from platform_core.kits.tenancy.scope import unscoped
from platform_core.operations import checks
from platform_core.operations.selectors import Shown, open_incidents

SECONDS = 20.0  # between two looks of a process: a crowd that asks costs no more than one visitor
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Known:
    """What this process knows: kept, so that a page can be made without the database."""

    at: datetime
    states: dict[str, str]
    days: dict[str, list[checks.Day]] = field(default_factory=dict)
    incidents: dict[str, list[Shown]] = field(default_factory=dict)
    looked: float = 0.0

    @property
    def worst(self) -> str:
        return max(self.states.values(), key=checks.WORST.__getitem__)


_known: list[Known] = []
_lock = threading.Lock()


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """This will show how each part is, its ninety days, and what staff say of it."""
    known = look()
    parts = [
        {"key": key, "label": label, "state": known.states[key], "days": known.days.get(key, [])}
        for key, label in checks.PARTS.items()
    ]
    context = {"known": known, "parts": parts, "incidents": _incidents(known, request)}
    return _public(render(request, "operations/status.html", context))


@require_safe
def status_json(request: HttpRequest) -> HttpResponse:
    """This will say the same to programs."""
    known = look()
    body = {
        "status": known.worst,
        "checked_at": known.at.isoformat(timespec="seconds"),
        "parts": [{"name": part, "status": state} for part, state in known.states.items()],
        "incidents": [{"id": str(i.id), "level": i.level, "text": i.text} for i in _incidents(known, request)],
        "days": {
            part: [{"day": day.day.isoformat(), "status": day.state} for day in days]
            for part, days in known.days.items()
        },
    }
    return _public(JsonResponse(body))


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """This will state what the platform conforms to, what it does not, and whom to write to."""
    return _public(render(request, "operations/accessibility.html", {"contact": settings.DEFAULT_FROM_EMAIL}))


def look() -> Known:
    """This will say how things are, as of the last seconds; what cannot be read stays as it was read last."""
    with _lock:
        before = _known[0] if _known else None
        if before and time.monotonic() - before.looked < SECONDS:
            return before
        found = Known(timezone.now(), checks.run(), looked=time.monotonic())
        try:
            if found.states["database"] == checks.DOWN:
                raise InterfaceError("the check says so")
            with unscoped():
                found.days = checks.history(timezone.now().date())
                found.incidents = {code: open_incidents(code) for code in ("en", "es")}
        except (DatabaseError, InterfaceError) as error:
            logger.warning("status.from_memory", extra={"error": type(error).__name__})
            connection.close()
            found.days, found.incidents = (before.days, before.incidents) if before else ({}, {})
        _known[:] = [found]
        return found


def forget() -> None:
    """This will look anew at the next request."""
    _known.clear()


def _incidents(known: Known, request: HttpRequest) -> list[Shown]:
    code: Any = getattr(request, "LANGUAGE_CODE", "en")
    return known.incidents.get(str(code)[:2], known.incidents.get("en", []))


def _public(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "public, max-age=30, stale-if-error=600"
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response
