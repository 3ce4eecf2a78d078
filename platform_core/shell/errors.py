"""Error pages: own words, both themes, the request's id. The page of a failure needs no database and no session.

A program at an address of the API gets a problem, as from the API's own views.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token

from platform_core.kits.api.problems import answer_with_problem
from platform_core.kits.web.requests import is_fragment
from platform_core.kits.web.texts import UnstorableTextError


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """This will say that the request was not understood."""
    return _answer(request, 400, reason=str(exception) if isinstance(exception, UnstorableTextError) else "")


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """This will say that the role does not allow it, why, and who can grant it."""
    return _answer(request, 403, explained=getattr(exception, "explained", None))


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """This will say that there is no such page, or none for this person."""
    return _answer(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """This will say that it is our fault. Nothing here may fail again: no context processors, no user."""
    return _answer(request, 500, bare=True)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """This will say that the page was open too long; nothing was changed."""
    return _answer(request, 403, name="csrf")


def _answer(
    request: HttpRequest, status: int, *, name: str = "", bare: bool = False, reason: str = "", explained: Any = None
) -> HttpResponse:
    if request.path.startswith("/api/"):
        code, detail = _for_programs(name or str(status))
        return answer_with_problem(request, status, code, reason or detail)
    context: dict[str, Any] = {
        "status": status,
        "request_id": getattr(request, "request_id", ""),
        "theme": getattr(request, "theme", ""),
        "reason": reason,
        "explained": explained,
    }
    if is_fragment(request):
        context["message"] = (
            reason or (explained.why if explained else "") or _("That did not work. Nothing was lost; try again.")
        )
        body = loader.render_to_string("errors/fragment.html", context)
    else:
        body = loader.render_to_string(f"errors/{name or status}.html", context, request=None if bare else request)
    return HttpResponse(body, status=status)


def _for_programs(name: str) -> tuple[str, str]:
    """Code and detail of a problem that arose before a view of the API could speak."""
    return {
        "400": ("bad_request", _("The request could not be read.")),
        "403": ("permission_denied", _("You may not do this here. Ask an admin of the organization.")),
        "csrf": ("csrf", _("The page was open too long. Load it again; nothing was changed.")),
        "404": ("not_found", _("There is nothing here, or nothing for you.")),
        "500": ("error", _("That is our fault. It was written down under request_id; try again.")),
    }[name]
