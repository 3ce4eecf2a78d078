"""What an organization asks of its members' sign-ins, and whom that would shut out."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from platform_core.access.doors import organization_page
from platform_core.access.factors import is_verified
from platform_core.access.freshness import require_fresh
from platform_core.audit.services import audit_view
from platform_core.identity.forms import PolicyForm
from platform_core.identity.selectors import members_without_factor
from platform_core.identity.services import policy
from platform_core.kits.web.toasts import toast
from platform_core.organizations.models import Organization
from platform_core.permissions import ORGANIZATION_MANAGE

MOST_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@organization_page(ORGANIZATION_MANAGE)
@require_fresh
def sign_in(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will show and change whether a second factor is required; nobody requires what they have not got."""
    since = organization.factor_required_from
    in_force = since is not None and since <= timezone.now()
    initial = {"required": "yes" if since else "no", "grace_days": 0 if in_force else 7}
    form = PolicyForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["required"] == "no":
            policy.stop_requiring_factor(actor=request.user, organization=organization)  # type: ignore[arg-type]
        elif not is_verified(request):
            form.add_error("required", _("Add a second factor of your own first: you would shut yourself out."))
        else:
            policy.require_factor(
                actor=request.user,  # type: ignore[arg-type]
                organization=organization,
                grace_days=form.cleaned_data["grace_days"],
            )
        if not form.errors:
            toast(request, _("Saved."))
            return redirect("organization-sign-in", slug=organization.slug)
    without = members_without_factor(organization)
    context: dict[str, Any] = {
        "organization": organization,
        "form": form,
        "since": since,
        "in_force": in_force,
        "without": without[:MOST_SHOWN],
        "without_count": without.count(),
    }
    audit_view(
        action="members.without_factor.view",
        organization_id=organization.pk,
        actor=request.user,  # type: ignore[arg-type]
        count=min(context["without_count"], MOST_SHOWN),
        throttled=True,
    )
    return render(request, "identity/policy.html", context, status=422 if form.errors else 200)
