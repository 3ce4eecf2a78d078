"""A person's mobile number under ``/me/mobile/``: ask for a code, give it back, remove the number."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from platform_core.access.doors import signed_in_page
from platform_core.accounts.models import User
from platform_core.kits.web.toasts import toast
from platform_core.sms import services
from platform_core.sms.forms import CodeForm, NumberForm
from platform_core.sms.selectors import is_offered, number_of
from platform_core.sms.wording import masked


@require_http_methods(["GET", "POST"])
@signed_in_page
def mobile(request: HttpRequest) -> HttpResponse:
    """This will show the number and send a code to a new one."""
    form = NumberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_code(actor=_me(request), number=form.cleaned_data["number"])
        except services.SmsError as refused:
            form.add_error(refused.field or None, str(refused))
        else:
            toast(request, _("Code sent."))
            return redirect("mobile")
    return _page(request, number=form)


@require_POST
@signed_in_page
def verify(request: HttpRequest) -> HttpResponse:
    """This will take the code."""
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            services.verify_number(actor=_me(request), code=form.cleaned_data["code"])
        except services.SmsError as refused:
            form.add_error(refused.field or None, str(refused))
        else:
            toast(request, _("Number verified. Choose below what you are told by SMS."))
            return redirect("notification-preferences")
    return _page(request, code=form)


@require_POST
@signed_in_page
def remove(request: HttpRequest) -> HttpResponse:
    """This will forget the number."""
    services.remove_number(actor=_me(request))
    toast(request, _("Number removed."))
    return redirect("mobile")


def _page(request: HttpRequest, *, number: NumberForm | None = None, code: CodeForm | None = None) -> HttpResponse:
    if not is_offered():
        raise Http404
    row = number_of(_me(request).pk)
    context = {
        "row": row,
        "asked": masked(row.asked_number),
        "shown": masked(row.number),
        "number": number or NumberForm(),
        "code": code or CodeForm(),
    }
    wrong = bool((number and number.errors) or (code and code.errors))
    return render(request, "sms/mobile.html", context, status=422 if wrong else 200)


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
