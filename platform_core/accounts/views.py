"""A person's own pages under ``/me/``: profile and picture. Addresses and password are allauth's pages in our dress."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from platform_core.access.doors import signed_in_page
from platform_core.accounts.forms import PictureForm, ProfileForm
from platform_core.accounts.models import User
from platform_core.accounts.selectors import picture_of
from platform_core.accounts.services import change_profile, remove_picture, set_picture
from platform_core.kits.web.pictures import PictureError
from platform_core.kits.web.toasts import toast


@require_http_methods(["GET", "POST"])
@signed_in_page
def profile(request: HttpRequest) -> HttpResponse:
    """This will show the profile and change it; what is wrong comes back with all that was typed."""
    language = translation.get_language() or "en"
    form = ProfileForm(request.POST or None, person=_me(request), language=language)
    if request.method == "POST" and form.is_valid():
        person = change_profile(actor=_me(request), **form.cleaned_data)
        with translation.override(person.language):
            toast(request, _("Saved."))
        return redirect("profile")
    return _page(request, form=form)


@require_POST
@signed_in_page
def upload_picture(request: HttpRequest) -> HttpResponse:
    """This will take a picture, or say why not and keep the old one."""
    form = PictureForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            set_picture(actor=_me(request), content=form.content())
        except PictureError as error:
            form.add_error("picture", str(error))
        else:
            toast(request, _("Picture saved."))
            return redirect("profile")
    return _page(request, picture=form)


@require_POST
@signed_in_page
def delete_picture(request: HttpRequest) -> HttpResponse:
    """This will put initials in the place of the picture."""
    remove_picture(actor=_me(request))
    toast(request, _("Picture removed."))
    return redirect("profile")


@require_safe
@signed_in_page
def own_picture(request: HttpRequest) -> HttpResponse:
    """This will serve the person's own picture."""
    image = picture_of(_me(request).pk)
    if image is None:
        raise Http404
    return HttpResponse(
        image, content_type="image/webp", headers={"Cache-Control": "private, max-age=86400, immutable"}
    )


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _page(request: HttpRequest, *, form: ProfileForm | None = None, picture: PictureForm | None = None) -> HttpResponse:
    wrong = bool((form and form.errors) or (picture and picture.errors))
    language = translation.get_language() or "en"
    context = {
        "form": form or ProfileForm(person=_me(request), language=language),
        "picture": picture or PictureForm(),
    }
    return render(request, "accounts/profile.html", context, status=422 if wrong else 200)
