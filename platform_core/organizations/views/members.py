"""Members: who belongs to the organization, with which role, since when; changing, removing, leaving."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from platform_core.access.can import can
from platform_core.access.doors import organization_page
from platform_core.access.freshness import require_fresh
from platform_core.accounts.selectors import picture_of
from platform_core.audit.services import audit_view
from platform_core.kits.web.pagination import paginate
from platform_core.kits.web.toasts import toast
from platform_core.organizations.belongings import belongings_of, held_by
from platform_core.organizations.errors import HeirNeededError, OrganizationError, UnknownRoleError
from platform_core.organizations.models import Membership, Organization, Role
from platform_core.organizations.selectors import people
from platform_core.organizations.selectors.ladder import may_touch
from platform_core.organizations.selectors.limits import MEMBERS, limit_of
from platform_core.organizations.selectors.roles import GivenRole, custom_roles, role_named, role_of, roles_to_give
from platform_core.organizations.services import belonging
from platform_core.permissions import KEY_MANAGE, MEMBER_MANAGE, MEMBER_VIEW

PAGE_SIZE = 50
NOBODY = UUID(int=0)
IN_ROWS = ("member-role", "member-remove")
MOST_HEIRS = 500
MOST_IN_ROWS = (
    12  # roles: more of them in each of fifty rows would be ten thousand choices, so a page of one member asks
)


@require_safe
@organization_page(MEMBER_VIEW)
def members(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will list the members, filtered by the address, and the open invitations."""
    mine: Membership = request.membership  # type: ignore[attr-defined]
    search, role = request.GET.get("q", "").strip(), request.GET.get("role", "")
    shown = paginate(request, people.members(organization, search=search, role=role), size=PAGE_SIZE)
    counts = people.counts_by_role(organization)
    roles = roles_to_give(organization, mine.held)
    manages = bool(roles)
    choices = [(role.value, role.label) for role in roles] if len(roles) <= MOST_IN_ROWS else []
    role_of_whom = _("Role of %(name)s")
    paths = {name: reverse(name, kwargs={"slug": organization.slug, "member_id": NOBODY}) for name in IN_ROWS}
    now = timezone.now()
    invitations = list(people.open_invitations(organization, now=None)) if manages else []
    context = {
        "organization": organization,
        "mine": mine,
        "shown": shown,
        "rows": [
            {**_row(member, mine, counts, manages, choices), **_paths(paths, member)}
            | {"role_of": role_of_whom % {"name": member.user}}
            for member in shown.rows
        ],
        "search": search,
        "role": role,
        "by_role": f"?{urlencode({'q': search, 'role': ''} if search else {'role': ''})}",  # the role's value comes last
        "filtered": bool(search or role),
        "counts": _chips(organization, counts, roles),
        "total": sum(counts.values()),
        "limit": limit_of(organization, MEMBERS),
        "manages": manages,
        "invitations": [(invitation, invitation.expires_at <= now) for invitation in invitations],
    }
    audit_view(
        action="members.view",
        organization_id=organization.pk,
        actor=request.user,  # type: ignore[arg-type]
        count=len(shown.rows) + len(invitations),
        throttled=True,
        part=request.GET.urlencode(),
    )
    return render(request, "organizations/members.html", context)


def _chips(organization: Organization, counts: dict[str, int], roles: list[GivenRole]) -> list[tuple[str, Any, int]]:
    """The roles that somebody holds, with how many do; names of custom ones are read where ``roles`` has them not."""
    found = {value: n for value, n in counts.items() if n}
    labels: dict[str, Any] = dict(Role.choices) | {role.value: role.label for role in roles}
    if found.keys() - labels.keys():
        labels |= {str(role.pk): role.name for role in custom_roles(organization)}
    return [(value, labels.get(value, value), n) for value, n in found.items()]


def _paths(paths: dict[str, str], member: Membership) -> dict[str, str]:
    """Addresses of a row, from two that were reversed once: fifty rows would reverse a hundred."""
    return {name.replace("-", "_"): path.replace(str(NOBODY), str(member.pk)) for name, path in paths.items()}


def _row(
    member: Membership, mine: Membership, counts: dict[str, int], manages: bool, choices: list[tuple[str, Any]]
) -> dict[str, Any]:
    """One line; ``asks`` where a member's role may be changed but its choices do not fit here."""
    only_owner = member.role == Role.OWNER and counts[Role.OWNER] == 1
    changes = manages and may_touch(mine.held, member.held) and not only_owner
    return {
        "member": member,
        "me": member.pk == mine.pk,
        "only_owner": only_owner,
        "current": role_of(member).value,
        "roles": choices if changes else [],
        "asks": changes and not choices,
        "removable": changes and member.pk != mine.pk,
    }


@require_http_methods(["GET", "POST"])
@organization_page(MEMBER_MANAGE)
@require_fresh
def change_role(request: HttpRequest, organization: Organization, member_id: UUID) -> HttpResponse:
    """This will give a member another role; a GET asks which, where the list of members has no room for the choice."""
    member = _member(organization, member_id)
    if request.method == "GET":
        roles = roles_to_give(organization, request.membership.held)  # type: ignore[attr-defined]
        context = {
            "organization": organization,
            "member": member,
            "current": role_of(member).value,
            "roles": [(role.value, role.label) for role in roles],
            "keys": held_by(member, "keys"),
            "revokes": can(request.principal, KEY_MANAGE),  # type: ignore[attr-defined]
        }
        return render(request, "organizations/member_role.html", context)
    try:
        role = role_named(organization, request.POST.get("role", ""))
    except UnknownRoleError as error:
        toast(request, str(error), level="failed")
        return redirect("members", slug=organization.slug)
    done = _("%(name)s is %(role)s now.") % {"name": member.user, "role": role.label}
    if keys := held_by(member, "keys"):
        text = ngettext("%(n)s API key that they made goes on.", "%(n)s API keys that they made go on.", keys.n)
        done = f"{done} {text % {'n': keys.n}}"
    return _do(
        request,
        organization,
        lambda: belonging.change_role(actor=request.user, member=member, role=role.value),  # type: ignore[arg-type]
        done,
    )


@require_http_methods(["GET", "POST"])
@organization_page(MEMBER_MANAGE)
@require_fresh
def remove(request: HttpRequest, organization: Organization, member_id: UUID) -> HttpResponse:
    """This will list what the member holds, ask who shall have it, and take the member out of the organization."""
    member = _member(organization, member_id)
    if request.method == "GET":
        return _ask_removal(request, organization, member)
    heir_id = _id(request.POST.get("heir", ""))
    heir = people.heirs(organization, member).filter(pk=heir_id).first() if heir_id else None
    try:
        belonging.remove_member(actor=request.user, member=member, heir=heir)  # type: ignore[arg-type]
    except HeirNeededError as error:
        return _ask_removal(request, organization, member, error=str(error))
    except OrganizationError as error:
        toast(request, str(error), level="failed")
    else:
        toast(request, _("%(name)s was removed.") % {"name": member.user})
    return redirect("members", slug=organization.slug)


def _ask_removal(request: HttpRequest, organization: Organization, member: Membership, error: str = "") -> HttpResponse:
    held = belongings_of(member)
    context = {
        "organization": organization,
        "member": member,
        "mine": request.membership,  # type: ignore[attr-defined]
        "held": held,
        "passes": any(one.passes_on for one in held),
        "revokes": can(request.principal, KEY_MANAGE),  # type: ignore[attr-defined]
        "heirs": people.heirs(organization, member)[:MOST_HEIRS],
        "error": error,
    }
    return render(request, "organizations/remove.html", context, status=422 if error else 200)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@require_http_methods(["GET", "POST"])
@organization_page(MEMBER_VIEW)
def leave(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will ask, and then end the person's own membership."""
    mine: Membership = request.membership  # type: ignore[attr-defined]
    if request.method == "GET":
        return render(request, "organizations/leave.html", {"organization": organization})
    return _do(
        request,
        organization,
        lambda: belonging.leave(actor=request.user, member=mine),  # type: ignore[arg-type]
        _("You left %(name)s.") % {"name": organization.name},
        to="home",
    )


@require_safe
@organization_page(MEMBER_VIEW)
def picture(request: HttpRequest, organization: Organization, user_id: UUID) -> HttpResponse:
    """This will serve a member's picture to the other members."""
    get_object_or_404(Membership.objects.for_organization(organization), user_id=user_id)
    image = picture_of(user_id)
    if image is None:
        raise Http404
    return HttpResponse(
        image, content_type="image/webp", headers={"Cache-Control": "private, max-age=86400, immutable"}
    )


def _member(organization: Organization, member_id: UUID) -> Membership:
    rows = Membership.objects.for_organization(organization).select_related("user", "custom_role")
    return get_object_or_404(rows, pk=member_id)


def _do(
    request: HttpRequest, organization: Organization, change: Callable[[], object], done: str, to: str = "members"
) -> HttpResponse:
    try:
        change()
    except OrganizationError as error:
        toast(request, str(error), level="failed")
        return redirect("members", slug=organization.slug)
    toast(request, done)
    return redirect(to) if to == "home" else redirect(to, slug=organization.slug)
