"""Pages of teams: which there are, who is in one."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from platform_core.access.doors import organization_page, require
from platform_core.access.editing import who_was_faster
from platform_core.audit.services import audit_view
from platform_core.kits.editing import ChangedByOthersError, seen_of
from platform_core.kits.web.toasts import toast
from platform_core.organizations.errors import OrganizationError
from platform_core.organizations.forms import NamedForm
from platform_core.organizations.models import Membership, Organization, Team
from platform_core.organizations.selectors import people
from platform_core.organizations.selectors import roles as selectors
from platform_core.organizations.selectors.ladder import may_fill_teams
from platform_core.organizations.services import teams as services
from platform_core.permissions import MEMBER_VIEW, TEAM_MANAGE


@require_http_methods(["GET", "HEAD", "POST"])
@organization_page(MEMBER_VIEW)
def teams(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will list the teams, and make one."""
    form = NamedForm(request.POST or None)
    if request.method == "POST":
        require(request.principal, TEAM_MANAGE)  # type: ignore[attr-defined]
        if form.is_valid():
            try:
                made = services.create_team(actor=request.user, organization=organization, **form.cleaned_data)  # type: ignore[arg-type]
            except OrganizationError as refused:
                form.blame(refused)
            else:
                toast(request, _("Team “%(name)s” made. Add its members.") % {"name": made.name})
                return redirect("team", slug=organization.slug, team_id=made.pk)
    context = {
        "organization": organization,
        "teams": selectors.teams(organization),
        "form": form,
        "manages": _manages(request),
    }
    return render(request, "organizations/teams.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@organization_page(MEMBER_VIEW)
def team(request: HttpRequest, organization: Organization, team_id: UUID) -> HttpResponse:
    """This will show who is in a team; add, take out, rename, delete by ``do``."""
    found = get_object_or_404(selectors.teams(organization), pk=team_id)
    about = NamedForm(initial={"name": found.name, "description": found.description})
    if request.method == "POST":
        require(request.principal, TEAM_MANAGE)  # type: ignore[attr-defined]
        try:
            text, to = CHANGES.get(request.POST.get("do", ""), _rename)(request, organization, found)
            toast(request, text)
            if to == "teams":
                return redirect("teams", slug=organization.slug)
            return redirect("team", slug=organization.slug, team_id=found.pk)
        except (OrganizationError, ChangedByOthersError) as refused:
            if request.POST.get("do") in CHANGES:
                toast(request, str(refused), level="failed")
                return redirect("team", slug=organization.slug, team_id=found.pk)
            about = NamedForm(request.POST)
            if isinstance(refused, OrganizationError):
                about.blame(refused)
            else:
                about.add_error(None, who_was_faster(organization.pk, found))
            found = get_object_or_404(selectors.teams(organization), pk=team_id)
    members = people.members(organization)
    context: dict[str, Any] = {
        "organization": organization,
        "team": found,
        "inside": list(members.filter(team_places__team=found)),
        "outside": list(members.exclude(team_places__team=found)[:500]) if _manages(request) else [],
        "manages": _manages(request),
        "about": about,
        "seen": seen_of(found, services.EDITED),
    }
    audit_view(
        action="team.view",
        organization_id=organization.pk,
        actor=request.user,  # type: ignore[arg-type]
        count=len(context["inside"]) + len(context["outside"]),
        target=found,
        throttled=True,
    )
    return render(request, "organizations/team.html", context, status=422 if about.errors else 200)


def _add(request: HttpRequest, organization: Organization, team: Team) -> tuple[str, str]:
    member = _member(request, organization)
    services.add_to_team(actor=request.user, team=team, member=member)  # type: ignore[arg-type]
    return _("%(name)s is in the team now.") % {"name": member.user}, "team"


def _take(request: HttpRequest, organization: Organization, team: Team) -> tuple[str, str]:
    member = _member(request, organization)
    services.take_from_team(actor=request.user, team=team, member=member)  # type: ignore[arg-type]
    return _("%(name)s left the team: what was shared with it is shut for them.") % {"name": member.user}, "team"


def _delete(request: HttpRequest, organization: Organization, team: Team) -> tuple[str, str]:
    services.delete_team(actor=request.user, team=team)  # type: ignore[arg-type]
    return _("Team “%(name)s” deleted.") % {"name": team.name}, "teams"


def _rename(request: HttpRequest, organization: Organization, team: Team) -> tuple[str, str]:
    services.edit_team(
        actor=request.user,  # type: ignore[arg-type]
        team=team,
        name=request.POST.get("name", ""),
        description=request.POST.get("description", "")[:200],
        seen=request.POST.get("seen"),
    )
    return _("Saved."), "team"


CHANGES: dict[str, Callable[..., tuple[str, str]]] = {"add": _add, "take": _take, "delete": _delete}


def _member(request: HttpRequest, organization: Organization) -> Membership:
    rows = Membership.objects.for_organization(organization).select_related("user")
    try:
        wanted = UUID(request.POST.get("member", ""))
    except ValueError as error:
        raise OrganizationError(_("Choose a member.")) from error
    return get_object_or_404(rows, pk=wanted)


def _manages(request: HttpRequest) -> Any:
    return may_fill_teams(request.membership.held)  # type: ignore[attr-defined]
