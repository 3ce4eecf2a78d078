"""What members see of staff: a notice put away, whether staff may act as them, and the way out for staff who do."""

from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from platform_core.access.doors import organization_page, signed_in_page
from platform_core.access.freshness import require_fresh
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.kits.web.toasts import toast
from platform_core.operations import selectors, services
from platform_core.operations.forms import SupportForm
from platform_core.organizations.models import Organization
from platform_core.permissions import ORGANIZATION_MANAGE


@require_POST
@signed_in_page
def dismiss(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """This will put a notice away, for this person on all devices."""
    services.dismiss_notice(person_id=cast(UUID, request.user.pk), notice_id=notice_id)
    to = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(to, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return cast(HttpResponse, redirect(to if safe and to.startswith("/") else "/"))


@require_http_methods(["GET", "HEAD", "POST"])
@organization_page(ORGANIZATION_MANAGE)
@require_fresh
def support_access(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will show and change whether staff may act as members, and who did."""
    allowed = selectors.allows_support(organization.pk)
    form = SupportForm(
        request.POST if request.method == "POST" else None, initial={"allowed": "yes" if allowed else "no"}
    )
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data["allowed"] == "yes"
        services.allow_support(actor=request.user, organization=organization, allowed=wanted)  # type: ignore[arg-type]
        toast(request, _("Saved."))
        return cast(HttpResponse, redirect("organization-support", slug=organization.slug))
    context = {
        "organization": organization,
        "form": form,
        "allowed": allowed,
        "past": [(found, selectors.actions_during(found)) for found in selectors.impersonations(organization.pk)],
    }
    return render(request, "operations/support_access.html", context, status=422 if form.errors else 200)


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """This will end acting as a member; the session is only the member of staff's again."""
    found = getattr(request, "impersonation", None)
    if found is not None:
        with unscoped(), tenant(found.organization_id):
            services.end_impersonation(impersonation=found)
        request.session.pop(selectors.SESSION_NAME, None)
        request.session.cycle_key()
        return cast(HttpResponse, redirect("admin:platform_core_impersonation_changelist"))
    return cast(HttpResponse, redirect("home"))
