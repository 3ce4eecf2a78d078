"""Adding a factor and making recovery codes, for somebody who is signed in. Both ask again who it is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django_otp import login as otp_login

from platform_core.access.doors import signed_in_page
from platform_core.access.freshness import require_fresh
from platform_core.accounts.models import User
from platform_core.identity.errors import WrongCodeError
from platform_core.identity.forms import CodeForm
from platform_core.identity.selectors import codes_left, factors_of
from platform_core.identity.services import factors
from platform_core.identity.views.enrolling import begun, confirmed
from platform_core.identity.views.qr import qr_code


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
@require_fresh
def add(request: HttpRequest) -> HttpResponse:
    """This will show the QR code, then take its first code; the first factor brings recovery codes with it."""
    user = request.user
    assert isinstance(user, User)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            device = confirmed(request, user, form.cleaned_data["code"], request.POST.get("name", ""))
        except WrongCodeError as error:
            form.add_error("code", str(error))
        else:
            otp_login(request, device)
            return redirect("security") if codes_left(user) else _made(request, user)
    device = begun(request, user)
    context = {"form": form, "device": device, "qr": qr_code(device.address)}
    return render(request, "identity/add.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
@require_fresh
def codes(request: HttpRequest) -> HttpResponse:
    """This will ask before the former codes end, then show the new ones in this one answer."""
    user = request.user
    assert isinstance(user, User)
    if not factors_of(user):
        return redirect("security")
    if request.method == "POST":
        return _made(request, user)
    return render(request, "identity/codes_new.html", {"left": codes_left(user)})


def _made(request: HttpRequest, user: User) -> HttpResponse:
    context = {"codes": factors.make_codes(actor=user), "onward": reverse("security")}
    return render(request, "identity/codes.html", context, status=201)
