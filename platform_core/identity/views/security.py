"""``/me/security/``: a person's factors, sessions and trusted devices, and what happened at their door."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from platform_core.access.doors import signed_in_page
from platform_core.access.factors import TRUSTED
from platform_core.access.freshness import require_fresh
from platform_core.accounts.models import User
from platform_core.identity import selectors
from platform_core.identity.errors import FactorError
from platform_core.identity.forms import NameForm
from platform_core.identity.services import factors, sessions
from platform_core.identity.user_agents import device_name, is_phone
from platform_core.kits.web.toasts import toast


@require_safe
@signed_in_page
def security(request: HttpRequest) -> HttpResponse:
    """This will show all of it; what is dangerous asks again who it is."""
    user, now = _me(request), timezone.now()
    here = request.session.session_key
    context = {
        "factors": selectors.factors_of(user),
        "codes_left": selectors.codes_left(user),
        "required": selectors.must_have_factor(user, now=now),
        "requiring": selectors.requiring(user, now=now),
        "coming": selectors.coming(user, now=now),
        "sessions": [_place(row, here=row.session_key == here) for row in selectors.sessions_of(user)],
        "trusted": [_place(row) for row in selectors.trusted_devices_of(user)],
        "events": [_place(row) for row in selectors.events_of(user)],
        "sign_ins": selectors.sign_ins_of(user.pk),
    }
    return render(request, "identity/security.html", context)


@require_POST
@signed_in_page
def rename(request: HttpRequest, handle: UUID) -> HttpResponse:
    """This will give a factor another name."""
    form = NameForm(request.POST)
    if not form.is_valid():
        toast(request, _("Give it a name of 1 to 64 characters."), level="failed")
    elif factors.rename_factor(actor=_me(request), handle=handle, name=form.cleaned_data["name"]):
        toast(request, _("Saved."))
    return redirect("security")


@require_POST
@signed_in_page
@require_fresh
def remove(request: HttpRequest, handle: UUID) -> HttpResponse:
    """This will remove a factor, unless it is the last and one is required."""
    try:
        factor = factors.remove_factor(actor=_me(request), handle=handle)
    except FactorError as error:
        toast(request, str(error), level="failed")
    else:
        if factor:
            request.session.pop(TRUSTED, None)
            toast(request, _("%(name)s is removed.") % {"name": factor.name})
    return redirect("security")


@require_POST
@signed_in_page
def end_one(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """This will sign out in one browser."""
    if sessions.end_session(actor=_me(request), session_id=session_id):
        toast(request, _("Signed out there."))
    return redirect("security")


@require_POST
@signed_in_page
def end_others(request: HttpRequest) -> HttpResponse:
    """This will sign out everywhere but here."""
    ended = sessions.end_other_sessions(actor=_me(request), session_key=str(request.session.session_key))
    text = ngettext("Signed out in %(n)s other place.", "Signed out in %(n)s other places.", ended)
    toast(request, text % {"n": ended})
    return redirect("security")


@require_POST
@signed_in_page
def revoke(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """This will ask a trusted browser for the second factor again."""
    if sessions.revoke_trust(actor=_me(request), device_id=device_id):
        toast(request, _("That device is asked for the second factor again."))
    return redirect("security")


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _place(row: Any, *, here: bool = False) -> dict[str, Any]:
    return {"row": row, "device": device_name(row.user_agent), "is_phone": is_phone(row.user_agent), "here": here}
