"""Making an organization. Whoever is signed in may: they become its owner."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from platform_core.access.doors import signed_in_page
from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.tenancy.scope import tenant
from platform_core.kits.web.toasts import toast
from platform_core.organizations.forms import FoundForm
from platform_core.organizations.services import founding


@require_http_methods(["GET", "POST"])
@signed_in_page
def new(request: HttpRequest) -> HttpResponse:
    """This will ask for a name and open the new organization's home."""
    form = FoundForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        organization_id = new_id()
        with tenant(organization_id):
            made = founding.create_organization(
                actor=request.user,  # type: ignore[arg-type]
                name=form.cleaned_data["name"],
                organization_id=organization_id,
            )
        toast(request, _("%(name)s is ready. Invite the people you work with.") % {"name": made.name})
        return redirect(f"{reverse('home')}?in={made.slug}")
    return render(request, "organizations/new.html", {"form": form}, status=422 if form.errors else 200)
