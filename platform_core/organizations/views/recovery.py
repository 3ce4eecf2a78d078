"""Recovery of an organization without a reachable owner: its page for members, and the link that stops it without signing in."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from platform_core.access.can import can
from platform_core.access.doors import organization_page
from platform_core.access.freshness import require_fresh
from platform_core.accounts.models import User
from platform_core.kits.tenancy.scope import locate, tenant
from platform_core.kits.web.toasts import toast
from platform_core.organizations.errors import OrganizationError
from platform_core.organizations.forms import RecoveryForm
from platform_core.organizations.models import Organization, OwnerRecovery, Role
from platform_core.organizations.reaching import is_reachable, seen_at
from platform_core.organizations.selectors.recovery import open_recovery, owners_of, read_token, recoveries
from platform_core.organizations.services import recovering
from platform_core.permissions import MEMBER_MANAGE, ORGANIZATION_VIEW


@require_http_methods(["GET", "POST"])
@organization_page(ORGANIZATION_VIEW)
def recovery(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will show whether owners can be reached and what is under way, and begin a recovery."""
    if request.method == "POST":
        return require_fresh(_ask)(request, organization)  # type: ignore[return-value]
    return _page(request, organization, RecoveryForm())


def _ask(request: HttpRequest, organization: Organization) -> HttpResponse:
    form = RecoveryForm(request.POST)
    if form.is_valid():
        try:
            recovering.ask(actor=_me(request), organization=organization, **form.cleaned_data)
        except OrganizationError as refused:
            field = getattr(refused, "field", "")
            form.add_error(field if field in form.fields else None, str(refused))
        else:
            toast(request, _("Asked. Owners and admins have been told."))
            return redirect("organization-recovery", slug=organization.slug)
    return _page(request, organization, form)


@require_POST
@organization_page(MEMBER_MANAGE)
@require_fresh
def agree(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will add the second admin's word."""
    return _done(request, organization, recovering.agree, _("Agreed. The seven days have begun."))


@require_POST
@organization_page(ORGANIZATION_VIEW)
def stop(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will stop it: whoever asked, an owner or an admin."""
    return _done(request, organization, recovering.stop, _("Stopped. Nobody’s role has changed."))


@never_cache
@require_http_methods(["GET", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """This will show a recovery to whoever was mailed this link, and stop it at their click."""
    found = read_token(token)
    if found is None:
        raise Http404
    organization_id = locate(OwnerRecovery.objects.filter(pk=UUID(found[0])))
    person = User.objects.filter(pk=found[1]).first()
    if organization_id is None or person is None:
        raise Http404
    with tenant(organization_id):
        row = OwnerRecovery.objects.select_related("organization", "requested_by").get(pk=found[0])
        refused = ""
        if request.method == "POST":
            try:
                row = recovering.stop(actor=person, recovery=row)
            except OrganizationError as error:
                refused = str(error)
        context = {"recovery": row, "organization": row.organization, "refused": refused}
        return render(request, "organizations/recovery_link.html", context, status=409 if refused else 200)


def _done(request: HttpRequest, organization: Organization, do: object, said: str) -> HttpResponse:
    row = open_recovery(organization)
    try:
        if row is None:
            raise recovering.RecoveryRefusedError(_("There is no recovery under way any more."))
        do(actor=_me(request), recovery=row)  # type: ignore[operator]
    except OrganizationError as refused:
        toast(request, str(refused), level="failed")
    else:
        toast(request, said)
    return redirect("organization-recovery", slug=organization.slug)


def _page(request: HttpRequest, organization: Organization, form: RecoveryForm) -> HttpResponse:
    now, me = timezone.now(), _me(request)
    owners = [(owner, seen_at(owner), is_reachable(owner, now)) for owner in owners_of(organization)]
    row, manages = open_recovery(organization), can(request.principal, MEMBER_MANAGE)  # type: ignore[attr-defined]
    mine = row is not None and row.requested_by_id == me.pk
    context = {
        "organization": organization,
        "owners": owners,
        "row": row,
        "mine": mine,
        "may_agree": row is not None and row.ground == "admins" and row.state == "asked" and manages and not mine,
        "may_stop": row is not None and (mine or manages),
        "may_ask": row is None
        and request.membership.role != Role.OWNER  # type: ignore[attr-defined]
        and not any(here for _owner, _at, here in owners),
        "form": form,
        "past": [one for one in recoveries(organization)[:20] if not one.is_open],
    }
    return render(request, "organizations/recovery.html", context, status=422 if form.errors else 200)


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
