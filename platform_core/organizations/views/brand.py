"""The brand: its settings with a preview, and the logo's public address, which mails and pages point to."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from platform_core.access.doors import organization_page
from platform_core.access.editing import who_was_faster
from platform_core.files.errors import FileError
from platform_core.kits.editing import ChangedByOthersError, seen_of
from platform_core.kits.tenancy.scope import locate, tenant
from platform_core.kits.web.toasts import toast
from platform_core.organizations.errors import OrganizationError
from platform_core.organizations.forms import BrandForm
from platform_core.organizations.models import Organization, OrganizationBrand
from platform_core.organizations.selectors.branding import brand_row, logo_bytes, look_of_row
from platform_core.organizations.services import branding
from platform_core.permissions import ORGANIZATION_MANAGE

DAY = 86_400


@require_http_methods(["GET", "POST"])
@organization_page(ORGANIZATION_MANAGE)
def brand(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will show the brand as it is used, and change it; ``do=preview`` shows what is typed and stores nothing."""
    row = brand_row(organization)
    initial = {"accent": row.accent, "sender_name": row.sender_name, "postal_address": row.postal_address}
    form = BrandForm(request.POST or None, request.FILES or None, initial=initial)
    looks_only = request.method == "POST" and request.POST.get("do") == "preview"
    if request.method == "POST" and form.is_valid() and not looks_only:
        try:
            _save(request, organization, form)
        except (OrganizationError, FileError) as error:
            field = getattr(error, "field", "logo")
            form.add_error(field if field in form.fields else None, str(error))
        except ChangedByOthersError:
            form.add_error(None, who_was_faster(organization.pk, organization, "organization.brand"))
            row = brand_row(organization)
        else:
            toast(request, _("Saved."))
            return redirect("organization-brand", slug=organization.slug)
    shown = _wanted(form, row) if looks_only else row
    context = {
        "organization": organization,
        "form": form,
        "seen": seen_of(row, branding.EDITED),
        "row": shown,
        "look": look_of_row(organization, shown),
        "is_unsaved": looks_only,
        "mended_light": shown.accent and shown.accent_light != shown.accent,
        "mended_dark": shown.accent and shown.accent_dark != shown.accent,
    }
    if looks_only and request.headers.get("HX-Request") == "true":
        return render(request, "organizations/brand_preview.html", context)
    return render(request, "organizations/brand.html", context, status=422 if form.errors else 200)


def _wanted(form: BrandForm, row: OrganizationBrand) -> OrganizationBrand:
    """The brand as it would be, not stored: what is wrong in the form stays as it is, and a chosen file is not read."""
    form.is_valid()
    given = {
        name: form.cleaned_data.get(name, getattr(row, name)) for name in ("accent", "sender_name", "postal_address")
    }
    logo = None if form.cleaned_data.get("remove_logo") else row.logo
    return OrganizationBrand(organization=row.organization, logo=logo, **given)


def _save(request: HttpRequest, organization: Organization, form: BrandForm) -> None:
    given, actor, seen = form.cleaned_data, request.user, request.POST.get("seen")
    if given["logo"]:
        content = given["logo"].read(branding.MOST_BYTES + 1)
        branding.set_logo(actor=actor, organization=organization, content=content, seen=seen)  # type: ignore[arg-type]
    elif given["remove_logo"]:
        branding.remove_logo(actor=actor, organization=organization, seen=seen)  # type: ignore[arg-type]
    branding.set_brand(
        actor=actor,  # type: ignore[arg-type]
        organization=organization,
        accent=given["accent"],
        sender_name=given["sender_name"],
        postal_address=given["postal_address"],
        seen=seen,
    )


@require_safe
def logo(request: HttpRequest, logo_id: UUID) -> HttpResponse:
    """This will give a logo that is in use to whoever asks: it stands in mails and on public pages."""
    organization_id = locate(OrganizationBrand.objects.filter(logo_id=logo_id))
    if organization_id is None:
        raise Http404
    with tenant(organization_id):
        row = OrganizationBrand.objects.select_related("logo").filter(logo_id=logo_id).first()
        if row is None:
            raise Http404
        content = logo_bytes(row)
    headers = {"Cache-Control": f"public, max-age={DAY}", "Cross-Origin-Resource-Policy": "cross-origin"}
    return HttpResponse(content, content_type="image/png", headers=headers)  # mails are shown on other sites
