"""Both ceremonies of passkeys as JSON for ``<x-passkey>``: showing one (sign-in, step-up) and making one."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django_otp import login as otp_login
from django_otp_webauthn.exceptions import OTPWebAuthnApiError
from webauthn.helpers.exceptions import WebAuthnException

from platform_core.access.freshness import is_fresh, mark_fresh
from platform_core.accounts.models import User
from platform_core.identity.ceremony import Ceremony
from platform_core.identity.models import Passkey, SecurityEvent
from platform_core.identity.noticing import note
from platform_core.identity.selectors import codes_left, has_factor
from platform_core.identity.services import factors
from platform_core.identity.views.stages import finish, pending, person_of
from platform_core.identity.views.verifying import passed

SHOWN, MADE = "passkey_shown", "passkey_made"  # challenges in the session, each good for one answer
MOST_BYTES = 100_000
WRONG = (OTPWebAuthnApiError, WebAuthnException, KeyError, TypeError, ValueError)


@never_cache
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """This will make the challenge that a passkey of the person signs."""
    user = _person(request)
    if user is None:
        return _refused(_("Sign in again: this sign-in has ended."), 403)
    options, request.session[SHOWN] = Ceremony(request).authenticate_begin(user, require_user_verification=False)
    return JsonResponse(options)


@never_cache
@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """This will take the signed challenge, once: it signs in, or shows again who it is."""
    stage, user = pending(request), _person(request)
    state = request.session.pop(SHOWN, None)
    if user is None or state is None:
        return _refused(_("This took too long. Try again."), 403)
    try:
        passkey = Ceremony(request).authenticate_complete(user, state, _sent(request))
    except WRONG:
        note(user, SecurityEvent.Kind.WRONG_CODE, detail="passkey")
        return _refused(_("This passkey does not fit. Use one that you have added here, or another factor."), 422)
    if stage:
        return JsonResponse({"next": passed(request, stage, passkey)["Location"]})
    otp_login(request, passkey)
    mark_fresh(request)
    return JsonResponse({"next": ""})


@never_cache
@require_POST
def ask_new(request: HttpRequest) -> HttpResponse:
    """This will make the challenge with which a new passkey is made."""
    user = _adder(request)
    if user is None:
        return _refused(_("Confirm that it is you, then add the passkey."), 403)
    options, request.session[MADE] = Ceremony(request).register_begin(user)
    return JsonResponse(options)


@never_cache
@require_POST
def answer_new(request: HttpRequest) -> HttpResponse:
    """This will keep the public key of a new passkey; whoever enrolls at sign-in is signed in by it."""
    stage, user = pending(request), _adder(request)
    state = request.session.pop(MADE, None)
    if user is None or state is None:
        return _refused(_("This took too long. Try again."), 403)
    try:
        made: Passkey = Ceremony(request).register_complete(user, state, _sent(request))
    except WRONG:
        return _refused(_("The passkey could not be added. Try again, or use an authenticator app."), 422)
    factors.add_passkey(actor=user, passkey=made)
    if stage:
        finish(request, stage, made)
    else:
        otp_login(request, made)
    return JsonResponse({"next": "/me/security/" if codes_left(user) else "/me/security/codes/"}, status=201)


def _person(request: HttpRequest) -> User | None:
    if isinstance(request.user, User):
        return request.user
    stage = pending(request)
    return person_of(stage) if stage else None


def _adder(request: HttpRequest) -> User | None:
    """Who may add a factor: signed in and fresh, or enrolling the first one at sign-in. A stolen password alone may not."""
    if isinstance(request.user, User):
        return request.user if is_fresh(request) else None
    user = _person(request)
    return user if user and not has_factor(user) else None


def _sent(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > MOST_BYTES:
        raise ValueError("too large")
    sent = json.loads(request.body)
    if not isinstance(sent, dict):
        raise TypeError("no object")
    return sent


def _refused(message: str, status: int) -> JsonResponse:
    return JsonResponse({"message": message}, status=status)
