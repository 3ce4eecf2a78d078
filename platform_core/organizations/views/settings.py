"""An organization's settings: name and defaults, limits and what is used of them, handing over, leaving."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from platform_core.access.can import can
from platform_core.access.doors import organization_page, require
from platform_core.access.editing import who_was_faster
from platform_core.access.freshness import require_fresh
from platform_core.kits.editing import ChangedByOthersError, seen_of
from platform_core.kits.web.toasts import toast
from platform_core.organizations.errors import OrganizationError
from platform_core.organizations.forms import GeneralForm, TransferForm
from platform_core.organizations.models import Membership, Organization, Role
from platform_core.organizations.selectors import limits, people
from platform_core.organizations.services import belonging, founding
from platform_core.permissions import ORGANIZATION_MANAGE, ORGANIZATION_TRANSFER, ORGANIZATION_VIEW

CHANGES = ("organization.rename", "organization.defaults")


@require_http_methods(["GET", "POST"])
@organization_page(ORGANIZATION_VIEW)
def settings(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will show the settings to every member, and change name and defaults for those who may."""
    if request.method == "GET":
        return _page(request, organization, GeneralForm(organization=organization))
    require(request.principal, ORGANIZATION_MANAGE)  # type: ignore[attr-defined]
    form = GeneralForm(request.POST, organization=organization)
    if not form.is_valid():
        return _page(request, organization, form, status=422)
    given = form.cleaned_data
    actor = request.user
    try:
        founding.rename(actor=actor, organization=organization, name=given["name"], seen=request.POST.get("seen"))  # type: ignore[arg-type]
    except ChangedByOthersError:
        form.add_error(None, who_was_faster(organization.pk, organization, *CHANGES))
        return _page(request, organization, form, status=422)
    founding.set_defaults(
        actor=actor,  # type: ignore[arg-type]
        organization=organization,
        language=given["language"],
        region=given["region"],
        time_zone=given["time_zone"],
    )
    toast(request, _("Saved."))
    return redirect("organization-settings", slug=organization.slug)


@require_POST
@organization_page(ORGANIZATION_TRANSFER)
@require_fresh
def transfer(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will hand the organization over to another member."""
    form = TransferForm(request.POST, others=_others(request, organization))
    if not form.is_valid():
        return _page(request, organization, GeneralForm(organization=organization), handing=form, status=422)
    try:
        new = belonging.transfer(actor=request.user, member=form.cleaned_data["member"])  # type: ignore[arg-type]
    except OrganizationError as error:
        toast(request, str(error), level="failed")
    else:
        toast(request, _("%(name)s is owner now, you are admin.") % {"name": new.user})
    return redirect("organization-settings", slug=organization.slug)


def _others(request: HttpRequest, organization: Organization) -> object:
    return people.members(organization).exclude(user=request.user).exclude(role=Role.OWNER)  # type: ignore[misc]


def _page(
    request: HttpRequest,
    organization: Organization,
    form: GeneralForm,
    *,
    handing: TransferForm | None = None,
    status: int = 200,
) -> HttpResponse:
    principal = request.principal  # type: ignore[attr-defined]
    mine: Membership = request.membership  # type: ignore[attr-defined]
    transfers = can(principal, ORGANIZATION_TRANSFER)
    owners = Membership.objects.for_organization(organization).filter(role=Role.OWNER).count()
    context = {
        "organization": organization,
        "form": form,
        "seen": seen_of(organization, founding.EDITED),
        "manages": can(principal, ORGANIZATION_MANAGE),
        "levels": limits.levels(organization),
        "transfers": transfers,
        "handing": handing or (TransferForm(others=_others(request, organization)) if transfers else None),
        "only_owner": mine.role == Role.OWNER and owners == 1,
    }
    return render(request, "organizations/settings.html", context, status=status)
