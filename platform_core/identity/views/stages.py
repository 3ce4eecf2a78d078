"""The stage of allauth's sign-in at which the second factor is asked for: until it passes, the session is nobody's.

Password, reset, confirmation of an address, invitation, the demo's click: all end in the same stages.
"""

import time
from typing import Any, cast

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.stages import LoginStage, LoginStageController
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django_otp import login as otp_login

from platform_core.access.factors import TRUSTED
from platform_core.access.freshness import FRESH_SECONDS, mark_fresh
from platform_core.accounts.models import User
from platform_core.identity.selectors import has_factor, must_have_factor
from platform_core.identity.trust import is_trusted


class SecondFactorStage(LoginStage):
    """Named by the setting SIGN_IN_STAGES; stands after allauth's own."""

    key = "second_factor"
    urlname = "factor-verify"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """This will send on to verify or to enroll; who needs no factor and has none passes."""
        user = self.login.user
        if not isinstance(user, User):
            return None, False
        if has_factor(user):
            if not user.is_staff and is_trusted(self.request, user):
                self.request.session[TRUSTED] = True
                return None, True
            return redirect("factor-verify"), True
        if must_have_factor(user, now=timezone.now()):
            return redirect("factor-enroll"), True
        if _gave_password(self.request, user):
            mark_fresh(self.request)
        return None, True


def pending(request: HttpRequest) -> SecondFactorStage | None:
    """This will find the sign-in that waits for a second factor in this session."""
    if request.user.is_authenticated:
        return None
    stage = LoginStageController.enter(request, SecondFactorStage.key)
    return stage if isinstance(stage, SecondFactorStage) else None


def person_of(stage: SecondFactorStage) -> User:
    """This will say who waits; they are not signed in yet."""
    return cast(User, stage.login.user)


def finish(request: HttpRequest, stage: SecondFactorStage, factor: Any) -> HttpResponse:
    """This will sign the person in, by the factor that was verified; the answer leads to where they wanted to go."""
    response = cast(HttpResponse, stage.exit())
    if request.user.is_authenticated:
        otp_login(request, factor)
        mark_fresh(request)
    return response


def _gave_password(request: HttpRequest, user: User) -> bool:
    given = [record for record in get_authentication_records(request, user) if record.get("method") == "password"]
    return bool(given) and time.time() - given[-1]["at"] < FRESH_SECONDS
