"""Pages of the stage: verifying a factor, or enrolling the first one. Whoever sees them is not signed in yet."""

from typing import Any

from allauth.account.internal.stagekit import clear_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from platform_core.access.doors import membership_of, signed_in_page
from platform_core.access.factors import is_shut_out
from platform_core.identity import trust
from platform_core.identity.errors import WrongCodeError
from platform_core.identity.forms import CodeForm
from platform_core.identity.models import Passkey, SecurityEvent
from platform_core.identity.noticing import note
from platform_core.identity.selectors import has_factor, requiring
from platform_core.identity.services import factors
from platform_core.identity.views.choosing import choose
from platform_core.identity.views.enrolling import begun, confirmed
from platform_core.identity.views.qr import qr_code
from platform_core.identity.views.stages import finish, pending, person_of
from platform_core.kits.tenancy.scope import enter_person


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """This will ask for the chosen factor and sign in with it; a wrong code leaves the session nobody's."""
    stage = pending(request)
    if stage is None:
        return redirect("home" if request.user.is_authenticated else "account_login")
    user = person_of(stage)
    choice = choose(request, user)
    if choice.device is None:
        return redirect("factor-enroll")
    form = choice.form(request, posted=request.method == "POST")
    if request.method == "POST" and not isinstance(choice.device, Passkey) and form.is_valid():
        try:
            device = factors.verify(actor=user, device=choice.device, code=form.cleaned_data["code"])
        except WrongCodeError as error:
            form.add_error("code", str(error))
        else:
            return passed(request, stage, device)
    context = {"choice": choice, "form": form, "person": user, "may_trust": not user.is_staff, "days": trust.DAYS}
    return render(request, "identity/verify.html", context, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def enroll(request: HttpRequest) -> HttpResponse:
    """This will enroll the first factor of somebody of whom one is required, then sign them in and show recovery codes."""
    stage = pending(request)
    if stage is None:
        return redirect("home" if request.user.is_authenticated else "account_login")
    user = person_of(stage)
    if has_factor(user):
        return redirect("factor-verify")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            device = confirmed(request, user, form.cleaned_data["code"])
        except WrongCodeError as error:
            form.add_error("code", str(error))
        else:
            onward = finish(request, stage, device)
            context: dict[str, Any] = {"codes": factors.make_codes(actor=user), "onward": onward["Location"]}
            return render(request, "identity/codes.html", context, status=201)
    device = begun(request, user)
    context = {
        "form": form,
        "device": device,
        "qr": qr_code(device.address),
        "person": user,
        "organizations": requiring(user, now=timezone.now()),
    }
    return render(request, "identity/enroll.html", context, status=422 if form.errors else 200)


@require_POST
def cancel(request: HttpRequest) -> HttpResponse:
    """This will forget the sign-in that waits, so that somebody else can sign in."""
    if not request.user.is_authenticated:
        clear_login(request)
    return redirect("account_login")


@require_safe
@signed_in_page
def shut_out(request: HttpRequest, slug: str) -> HttpResponse:
    """This will say why an organization does not open to this session, and what opens it."""
    membership = membership_of(request.user, slug)
    if not is_shut_out(request, membership.organization):
        return redirect("home")
    has_one = has_factor(membership.user)
    enter_person(membership.user_id)
    context = {"organization": membership.organization, "has_factor": has_one, "next": request.GET.get("next", "")}
    return render(request, "identity/required.html", context, status=403)


def passed(request: HttpRequest, stage: Any, device: Any) -> HttpResponse:
    """This will sign in, and trust this browser where that was asked for."""
    user = person_of(stage)
    response = finish(request, stage, device)
    if (request.POST.get("trust") or request.GET.get("trust")) and not user.is_staff and request.user.is_authenticated:
        trust.trust(request, response, user)
        note(user, SecurityEvent.Kind.TRUSTED)
    return response
