"""Pages of roles: which there are and who holds them; making, changing and deleting the organization's own."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from platform_core.access.can import can
from platform_core.access.doors import organization_page
from platform_core.access.editing import who_was_faster
from platform_core.access.freshness import require_fresh
from platform_core.access.registry import PERMISSIONS
from platform_core.access.scopes import grantable
from platform_core.kits.permissions import held_by
from platform_core.kits.web.toasts import toast
from platform_core.organizations.errors import OrganizationError
from platform_core.organizations.forms import RoleForm
from platform_core.organizations.models import CustomRole, Membership, Organization, Role
from platform_core.organizations.selectors import roles as selectors
from platform_core.organizations.selectors.ladder import may_shape
from platform_core.organizations.services import roles as services
from platform_core.permissions import MEMBER_VIEW, ROLE_MANAGE

SHOWN_PEOPLE = 8


@require_safe
@organization_page(MEMBER_VIEW)
def roles(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will list the built-in roles and the organization's own, each with what it may and how many hold it."""
    held, mine = selectors.holders(organization), request.membership  # type: ignore[attr-defined]
    built_in = [(Role(role), len(held_by(role)), held.get(role, 0)) for role in Role.values]
    own = [
        (
            role,
            len(role.held),
            held.get(str(role.pk), 0),
            may_shape(mine.held, role.held) and mine.custom_role_id != role.pk,
        )
        for role in selectors.custom_roles(organization)
    ]
    context = {
        "organization": organization,
        "built_in": built_in,
        "own": own,
        "manages": can(request.principal, ROLE_MANAGE),  # type: ignore[attr-defined]
    }
    return render(request, "organizations/roles.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@organization_page(ROLE_MANAGE)
@require_fresh
def new(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will make a role; ``?from=editor`` starts with what a built-in one may."""
    principal = request.principal  # type: ignore[attr-defined]
    base = request.GET.get("from", "viewer")
    form = RoleForm(request.POST or None, offered=grantable(principal), initial={"permissions": sorted(held_by(base))})
    if request.method == "POST" and form.is_valid():
        try:
            role = services.create_role(actor=request.user, organization=organization, **form.cleaned_data)  # type: ignore[arg-type]
        except OrganizationError as refused:
            form.blame(refused)
        else:
            toast(request, _("Role “%(name)s” made. Give it to members on their page.") % {"name": role.name})
            return redirect("roles", slug=organization.slug)
    context = {
        "organization": organization,
        "form": form,
        "bases": [Role(name) for name in Role.values[1:]],
        "base": base,
    }
    return render(request, "organizations/role_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@organization_page(ROLE_MANAGE)
@require_fresh
def role(request: HttpRequest, organization: Organization, role_id: UUID) -> HttpResponse:
    """This will change a role: first it shows what would change and for whom, then it saves."""
    found = _role(organization, role_id)
    initial = {"name": found.name, "description": found.description, "permissions": found.permissions}
    principal = request.principal  # type: ignore[attr-defined]
    form = RoleForm(request.POST or None, offered=grantable(principal), initial=initial)
    context: dict[str, Any] = {
        "organization": organization,
        "role": found,
        "form": form,
        **_people(organization, found),
    }
    if request.method == "POST" and form.is_valid():
        if request.POST.get("do") != "save":
            context["difference"] = _difference(found, form.cleaned_data["permissions"])
            return render(request, "organizations/role_form.html", context)
        try:
            services.edit_role(
                actor=request.user,  # type: ignore[arg-type]
                role=found,
                version=int(request.POST.get("version") or 0) if request.POST.get("version", "0").isdigit() else 0,
                **form.cleaned_data,
            )
        except OrganizationError as refused:
            if getattr(refused, "code", "") == "changed":
                form.add_error(None, who_was_faster(organization.pk, found, "role.changed"))
            else:
                form.blame(refused)
        else:
            toast(request, _("Saved. It holds from the next page that its members open."))
            return redirect("roles", slug=organization.slug)
    return render(request, "organizations/role_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@organization_page(ROLE_MANAGE)
@require_fresh
def delete(request: HttpRequest, organization: Organization, role_id: UUID) -> HttpResponse:
    """This will ask which role its members get instead, and delete it."""
    found, mine, error = _role(organization, role_id), request.membership, ""  # type: ignore[attr-defined]
    if request.method == "POST":
        try:
            moved = services.delete_role(
                actor=request.user,  # type: ignore[arg-type]
                role=found,
                replacement=request.POST.get("replacement", ""),
            )
        except OrganizationError as refused:
            error = str(refused)
        else:
            text = ngettext(
                "Role deleted; %(n)s member has another now.", "Role deleted; %(n)s members have another now.", moved
            )
            toast(request, text % {"n": moved} if moved else _("Role deleted."))
            return redirect("roles", slug=organization.slug)
    choices = [given for given in selectors.roles_to_give(organization, mine.held) if given.value != str(found.pk)]
    context = {
        "organization": organization,
        "role": found,
        "choices": choices,
        "error": error,
        **_people(organization, found),
    }
    return render(request, "organizations/role_delete.html", context, status=422 if error else 200)


def _role(organization: Organization, role_id: UUID) -> CustomRole:
    return get_object_or_404(selectors.custom_roles(organization), pk=role_id)


def _people(organization: Organization, role: CustomRole) -> dict[str, Any]:
    rows = Membership.objects.for_organization(organization).filter(custom_role=role).select_related("user")
    return {"people": list(rows.order_by("user__name")[:SHOWN_PEOPLE]), "holders": rows.count()}


def _difference(role: CustomRole, wanted: list[str]) -> list[tuple[bool, Any]]:
    """What would be added (True) and taken away, by label."""
    before, after = set(role.permissions), set(wanted)
    changed = sorted(before ^ after)
    return [(name in after, PERMISSIONS[name].label if name in PERMISSIONS else name) for name in changed]
