"""Two edges: pages that are everybody's and need no session; and staff who act as a member of one organization.

While staff act as somebody, that organization's pages and API see the person; everything else is closed. The rule is a
list of what is open, so a page that comes later is closed until it is one of these. The member of staff stays the one
who is signed in: sessions, language and theme remain theirs, and the time is the database's, asked at each request.
"""

import re
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from platform_core.access.registry import ADMIN, OWNER, PERMISSIONS
from platform_core.audit.services import acting
from platform_core.kits.api.problems import answer_with_problem
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.operations.models import Impersonation
from platform_core.operations.selectors import SESSION_NAME, living_impersonation
from platform_core.operations.services import end_impersonation, note_opened

PUBLIC = ("/status", "/status.json", "/accessibility")
AS_STAFF = frozenset(["impersonation-end", "status", "status-json", "accessibility"])  # open, but not as the person
OPEN_TO_ACTS = frozenset(["platform_core.audit.read"])  # of what only admins may on the platform itself
SAFE = ("GET", "HEAD", "OPTIONS")
Answer = Callable[[HttpRequest], HttpResponse]


class PublicPagesMiddleware:
    """Stands before sessions: these pages are the same for everybody, and open when the database is away."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """This will answer without the caller's session."""
        if request.path.rstrip("/") in PUBLIC:
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        return self.get_response(request)


class ImpersonationMiddleware:
    """Stands after sessions and preferences, before everything that asks who it is."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """This will answer as the person while it lasts."""
        id = request.session.get(SESSION_NAME) if settings.SESSION_COOKIE_NAME in request.COOKIES else None
        if id is None:
            return self.get_response(request)
        staff: Any = request.user
        found = living_impersonation(id) if staff.is_authenticated else None
        if found is None or found.staff_id != staff.pk or not staff.is_verified():
            return self._over(request)
        request.impersonation = found  # type: ignore[attr-defined]
        person: Any = found.person
        person.is_verified = lambda: True  # staff have shown a factor, which is what the organization asks for
        person.otp_device = None
        own = _own_path(request.path, found.organization.slug)
        if own:
            request.user = person
        with acting(found.staff_id, as_person_id=found.person_id):
            response = self.get_response(request)
        request.user = staff
        response.headers["Cache-Control"] = "no-store"
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """This will close what is not open to staff in somebody's place."""
        found: Impersonation | None = getattr(request, "impersonation", None)
        if found is None:
            return None
        name = request.resolver_match.url_name if request.resolver_match else ""
        if name in AS_STAFF:
            return None
        if name == "home" and request.method in SAFE:
            return cast(HttpResponse, redirect("organization-settings", slug=found.organization.slug))
        if name == "account_logout":
            if request.method == "POST":
                with unscoped(), tenant(found.organization_id):
                    end_impersonation(impersonation=found, end=Impersonation.End.SIGNED_OUT)
            return None
        why = self._closed(request, view, found)
        return _refuse(request, found, why) if why else None

    def _closed(self, request: HttpRequest, view: Any, found: Impersonation) -> str:
        permission = _permission(view, request.method or "")
        if not _own_path(request.path, found.organization.slug) or not permission:
            return _("Only the pages of this organization are open while you act as a member.")
        rule = PERMISSIONS.get(permission)
        guarded = rule is None or (permission.startswith("platform_core.") and rule.least in (ADMIN, OWNER))
        if _asks_fresh(view, request.method or "") or (guarded and permission not in OPEN_TO_ACTS):
            return _("Keys, roles, sign-in, policies and exports stay closed while you act as a member.")
        if request.method not in SAFE and not found.acts:
            return _("You look on: nothing can be changed. End this, and start again with “change things” ticked.")
        return ""

    def _over(self, request: HttpRequest) -> HttpResponse:
        """The time is over, or somebody has ended it: the session is only the member of staff's again."""
        request.session.pop(SESSION_NAME, None)
        if request.method not in SAFE:  # made for the person: never done as staff
            return _refuse(request, None, _("Acting as a member is over. Nothing was changed."))
        if request.headers.get("HX-Request") != "true" and not request.path.startswith("/api/"):
            messages.info(request, _("Acting as a member is over."))
        return self.get_response(request)


def _own_path(path: str, slug: str) -> bool:
    return re.match(rf"/(api/v1/)?orgs/{re.escape(slug)}/", path) is not None


def _permission(view: Any, method: str) -> str:
    """What the door of a page or an API view asks for; empty where it is no door of an organization."""
    api = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if api is not None:
        method = "GET" if method == "HEAD" else method
        return str((getattr(api, "permissions", None) or {}).get(method, ""))
    return str(getattr(view, "permission", ""))


def _asks_fresh(view: Any, method: str) -> bool:
    api = getattr(view, "cls", None) or getattr(view, "view_class", None)
    return method in (getattr(api, "fresh", None) or ()) or bool(getattr(view, "asks_fresh", False))


def _refuse(request: HttpRequest, found: Impersonation | None, why: str) -> HttpResponse:
    if found is not None:
        with unscoped(), tenant(found.organization_id):
            note_opened(impersonation=found, path=request.path)
    if request.path.startswith("/api/"):
        return answer_with_problem(request, 403, "impersonating", why)
    return render(request, "operations/closed.html", {"reason": why, "impersonation": found}, status=403)
