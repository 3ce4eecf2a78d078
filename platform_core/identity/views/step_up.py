"""Asking again who it is: by a second factor where the person has one, else by the password.

A page is asked for: the question stands at ``/me/confirm/`` and leads back. Something was sent: the question comes in its
place and carries it along, so that nothing typed is lost.
"""

from collections.abc import Iterator
from typing import Any

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django_otp import login as otp_login

from platform_core.access.doors import signed_in_page
from platform_core.access.freshness import is_fresh, mark_fresh
from platform_core.accounts.models import User
from platform_core.identity.errors import WrongCodeError
from platform_core.identity.forms import CodeForm, PasswordForm, RecoveryForm
from platform_core.identity.models import Passkey
from platform_core.identity.selectors import has_factor
from platform_core.identity.services import factors
from platform_core.identity.views.choosing import Choice, choose

OURS = ("csrfmiddlewaretoken", "step_password", "step_code", "step_up", "code")


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def confirm(request: HttpRequest) -> HttpResponse:
    """This will ask, then lead back to where the person was going; never off this site."""
    onward = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(onward, allowed_hosts=None):
        onward = reverse("security")
    user = request.user
    if "factor" in request.GET and isinstance(user, User) and not has_factor(user):
        return redirect("factor-new")  # the staff admin asks for a factor: no password opens it
    if request.method == "POST" and is_fresh(request):  # a passkey has answered
        return redirect(onward)
    return _question(request, kept=(), onward=onward) or redirect(onward)


def ask(request: HttpRequest) -> HttpResponse | None:
    """This will answer with the question; None once it has been answered rightly. Plugged into ``access.freshness``."""
    if request.headers.get("HX-Request") == "true":
        here = request.headers.get("HX-Current-URL", "/")
        return HttpResponse(status=204, headers={"HX-Redirect": _address(_path(here))})
    if request.method != "POST":
        return redirect(_address(request.get_full_path()))
    return _question(request, kept=tuple(_kept(request)), onward="")


def _question(request: HttpRequest, *, kept: tuple[tuple[str, str], ...], onward: str) -> HttpResponse | None:
    user = request.user
    assert isinstance(user, User)
    choice = choose(request, user)
    answered = request.method == "POST" and "step_up" in request.POST
    form = _form(request, choice, answered)
    if (
        answered
        and not isinstance(choice.device, Passkey)
        and form.is_valid()
        and _is_right(request, user, choice, form)
    ):
        mark_fresh(request)
        return None
    context: dict[str, Any] = {"choice": choice, "form": form, "kept": kept, "onward": onward, "person": user}
    status = 422 if form.errors else 200 if onward else 403
    return render(request, "identity/confirm.html", context, status=status)


def _form(request: HttpRequest, choice: Choice, answered: bool) -> PasswordForm | CodeForm | RecoveryForm:
    if choice.device is None:
        return PasswordForm(request.POST if answered else None)
    return choice.form(request, posted=answered)


def _is_right(request: HttpRequest, user: User, choice: Choice, form: Any) -> bool:
    if choice.device is None:
        try:
            if get_adapter(request).reauthenticate(user, form.cleaned_data["step_password"]):
                return True
        except ValidationError as error:  # too many wrong ones
            form.add_error("step_password", error)
            return False
        form.add_error("step_password", _("The password is wrong. Try again, or set a new one by “Forgot password”."))
        return False
    try:
        device = factors.verify(actor=user, device=choice.device, code=form.cleaned_data["code"])  # type: ignore[arg-type]
    except WrongCodeError as error:
        form.add_error("code", str(error))
        return False
    otp_login(request, device)
    return True


def _kept(request: HttpRequest) -> Iterator[tuple[str, str]]:
    for name, values in request.POST.lists():
        if name not in OURS:
            yield from ((name, str(value)) for value in values)


def _address(path: str) -> str:
    return f"{reverse('step-up')}?{urlencode({'next': path})}"


def _path(address: str) -> str:
    rest = address.partition("://")[2]
    return "/" + rest.partition("/")[2] if rest else address
