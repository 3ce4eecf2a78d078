"""Inviting, from inside; and the page behind an invitation's link, for whoever holds it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from platform_core.access.doors import organization_page
from platform_core.accounts.models import User
from platform_core.accounts.services import come_back_after_sign_in
from platform_core.kits.tenancy.scope import enter_tenant, locate
from platform_core.kits.web.toasts import toast
from platform_core.organizations.errors import AlreadyMemberError, OrganizationError
from platform_core.organizations.forms import InviteForm
from platform_core.organizations.models import Invitation, Membership, Organization
from platform_core.organizations.selectors.limits import MEMBERS, limit_of, used_of
from platform_core.organizations.selectors.roles import roles_to_give
from platform_core.organizations.services import inviting, joining
from platform_core.organizations.tokens import hash_of
from platform_core.permissions import MEMBER_MANAGE


@require_http_methods(["GET", "POST"])
@organization_page(MEMBER_MANAGE)
def invite(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will invite one address or many; what is wrong comes back with all that was typed."""
    mine: Membership = request.membership  # type: ignore[attr-defined]
    roles = roles_to_give(organization, mine.held)
    form = InviteForm(request.POST or None, roles=roles, initial={"role": "viewer"})
    if request.method == "POST" and form.is_valid():
        sent = _send(request, organization, form)
        if sent and not form.errors:
            text = ngettext("%(n)s invitation is on its way.", "%(n)s invitations are on their way.", sent)
            toast(request, text % {"n": sent})
            return redirect("members", slug=organization.slug)
    context = {
        "organization": organization,
        "form": form,
        "limit": limit_of(organization, MEMBERS),
        "used": used_of(organization, MEMBERS),
    }
    return render(request, "organizations/invite.html", context, status=422 if form.errors else 200)


def _send(request: HttpRequest, organization: Organization, form: InviteForm) -> int:
    """Members among many are passed over and named; with the first other refusal it stops and says how far it came."""
    sent = 0
    for email in form.cleaned_data["emails"]:
        try:
            inviting.invite(
                actor=request.user,  # type: ignore[arg-type]
                organization=organization,
                email=email,
                role=form.cleaned_data["role"],
            )
            sent += 1
        except AlreadyMemberError as error:
            form.add_error("emails", str(error))
        except OrganizationError as error:
            form.add_error("emails", str(error))
            break
    if form.errors and sent:
        text = ngettext("%(n)s invitation was sent.", "%(n)s invitations were sent.", sent)
        form.add_error(None, text % {"n": sent})
    return sent


@require_POST
@organization_page(MEMBER_MANAGE)
def resend(request: HttpRequest, organization: Organization, invitation_id: UUID) -> HttpResponse:
    """This will mail an invitation again; the link in the earlier mail dies."""
    invitation = _invitation(organization, invitation_id)
    try:
        inviting.resend(actor=request.user, invitation=invitation)  # type: ignore[arg-type]
    except OrganizationError as error:
        toast(request, str(error), level="failed")
    else:
        toast(request, _("A new link is on its way to %(email)s.") % {"email": invitation.email})
    return redirect("members", slug=organization.slug)


@require_POST
@organization_page(MEMBER_MANAGE)
def revoke(request: HttpRequest, organization: Organization, invitation_id: UUID) -> HttpResponse:
    """This will withdraw an invitation."""
    invitation = _invitation(organization, invitation_id)
    try:
        inviting.revoke_invitation(actor=request.user, invitation=invitation)  # type: ignore[arg-type]
    except OrganizationError as error:
        toast(request, str(error), level="failed")
    else:
        toast(request, _("The invitation of %(email)s was withdrawn.") % {"email": invitation.email})
    return redirect("members", slug=organization.slug)


@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """This will show an invitation to whoever holds its link, and let the right person take it up."""
    organization_id = locate(Invitation.objects.filter(token_hash=hash_of(token)))
    try:
        if organization_id is None:
            return _ended(request, joining.UnknownInvitationError())
        user = request.user if isinstance(request.user, User) else None
        enter_tenant(organization_id, user_id=user.pk if user else None)
        if request.method == "POST" and user is not None:
            membership = joining.accept_invitation(actor=user, token=token)
            toast(request, _("Welcome to %(name)s.") % {"name": membership.organization.name})
            return redirect(f"{reverse('home')}?in={membership.organization.slug}")
        found = joining.open_invitation(token=token)
    except OrganizationError as error:
        return _ended(request, error)
    if user is None:
        come_back_after_sign_in(request, path=request.path, email=found.email)
    return render(request, "organizations/invitation.html", _facts(found, user))


def _facts(found: Invitation, user: User | None) -> dict[str, object]:
    fits = user is not None and joining.fits(actor=user, invitation=found)
    return {"invitation": found, "organization": found.organization, "fits": fits, "anonymous": user is None}


def _ended(request: HttpRequest, error: OrganizationError) -> HttpResponse:
    code = getattr(error, "code", "")
    status = 404 if code == "unknown" else 410 if code in ("used", "revoked", "expired") else 422
    context = {"reason": str(error), "code": code}
    return render(request, "organizations/invitation_ended.html", context, status=status)


def _invitation(organization: Organization, invitation_id: UUID) -> Invitation:
    rows = Invitation.objects.for_organization(organization).select_related("organization")
    return get_object_or_404(rows, pk=invitation_id)
