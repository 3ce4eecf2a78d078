"""Roles that an organization makes for itself. Nobody shapes a role out of what they lack, nor the one they hold."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from platform_core.accounts.models import User
from platform_core.audit.services import audit
from platform_core.events.services import emit
from platform_core.kits.permissions import PERMISSIONS, composable
from platform_core.organizations.errors import NotAllowedError, RoleRefusedError
from platform_core.organizations.models import CustomRole, Invitation, Membership, Organization, Role
from platform_core.organizations.selectors.ladder import may_grant, may_shape
from platform_core.organizations.selectors.roles import GivenRole, custom_roles, role_named
from platform_core.organizations.services.standing import lock, standing_of

NAME_LENGTH, DESCRIPTION_LENGTH = 60, 200
MAX_ROLES = 200


def create_role(
    *, actor: User, organization: Organization, name: str, permissions: Iterable[str], description: str = ""
) -> CustomRole:
    """This will make a role; raises NotAllowedError, RoleRefusedError. Locks the organization's row."""
    wanted = _wanted(permissions)
    with transaction.atomic():
        locked = lock(organization.pk)
        _refuse_beyond(standing_of(actor, locked.pk).held, wanted)
        name = _free_name(locked, name)
        if custom_roles(locked).count() >= MAX_ROLES:
            raise RoleRefusedError(
                "", "too_many", _("There are %(n)s roles already. Delete one first.") % {"n": MAX_ROLES}
            )
        role = CustomRole.objects.create(
            organization=locked, name=name, description=_line(description), permissions=sorted(wanted)
        )
        audit(
            action="role.created",
            target=role,
            target_label=name,
            actor=actor,
            changes={"permissions": [[], role.permissions]},
        )
        emit(type="role.created", organization_id=locked.pk, payload={"role_id": str(role.pk)})
    return role


def edit_role(
    *,
    actor: User,
    role: CustomRole,
    name: str,
    permissions: Iterable[str],
    description: str = "",
    version: int | None = None,
) -> CustomRole:
    """This will change a role for all who hold it, from their next request on.

    ``version`` is what the editor saw: an edit in between is refused. Raises NotAllowedError, RoleRefusedError. Locks
    the organization's row.
    """
    wanted = _wanted(permissions)
    with transaction.atomic():
        lock(role.organization_id)
        mine = standing_of(actor, role.organization_id)
        role = _again(role)
        _refuse_own(mine, role)
        if version is not None and version != role.version:
            text = _("Somebody changed this role meanwhile. Look at it again; nothing was saved.")
            raise RoleRefusedError("", "changed", text)
        _refuse_beyond(mine.held, wanted, role.held)
        after = {
            "name": _free_name(role.organization, name, role),
            "description": _line(description),
            "permissions": sorted(wanted),
        }
        changes = {
            field: [getattr(role, field), value] for field, value in after.items() if getattr(role, field) != value
        }
        if not changes:
            return role
        for field, value in after.items():
            setattr(role, field, value)
        role.version += 1
        role.save()
        members = Membership.objects.for_organization(role.organization_id).filter(custom_role=role).count()
        audit(action="role.changed", target=role, target_label=role.name, actor=actor, changes=changes)
        payload = {"role_id": str(role.pk), "members": members}
        emit(type="role.changed", organization_id=role.organization_id, payload=payload)
    return role


def delete_role(*, actor: User, role: CustomRole, replacement: str = "") -> int:
    """This will delete a role; who holds it, or is invited with it, gets ``replacement``. Returns how many members moved.

    Raises RoleRefusedError where somebody holds it and no replacement is named, NotAllowedError, UnknownRoleError.
    """
    with transaction.atomic():
        organization = lock(role.organization_id)
        mine = standing_of(actor, organization.pk)
        role = _again(role)
        _refuse_own(mine, role)
        _refuse_beyond(mine.held, role.held)
        members = Membership.objects.for_organization(organization).filter(custom_role=role)
        asked = Invitation.objects.for_organization(organization).filter(custom_role=role)
        moved, new = members.count(), None
        if moved or asked.filter(accepted_at=None, revoked_at=None).exists():
            new = _replacement(organization, mine.held, role, replacement, moved)
            members.update(role=new.role, custom_role=new.custom_role)
            asked.filter(accepted_at=None, revoked_at=None).update(role=new.role, custom_role=new.custom_role)
        audit(
            action="role.deleted",
            target=role,
            target_label=role.name,
            actor=actor,
            changes={"permissions": [role.permissions, []]} | ({"role": [role.name, new.written]} if new else {}),
        )
        payload = {"role_id": str(role.pk), "members": moved}
        emit(type="role.deleted", organization_id=organization.pk, payload=payload)
        role.delete()
    return moved


def _replacement(
    organization: Organization, held: frozenset[str], role: CustomRole, value: str, moved: int
) -> GivenRole:
    if not value or value == str(role.pk):
        text = ngettext(
            "%(n)s member holds this role. Choose the role they get instead; nothing was deleted.",
            "%(n)s members hold this role. Choose the role they get instead; nothing was deleted.",
            moved,
        )
        raise RoleRefusedError("replacement", "in_use", text % {"n": moved})
    new = role_named(organization, value)
    if not may_grant(held, new.held):
        raise NotAllowedError(_("You cannot give the role %(name)s: it holds what you lack.") % {"name": new.label})
    return new


def _wanted(permissions: Iterable[str]) -> frozenset[str]:
    wanted = frozenset(permissions)
    if unknown := sorted(wanted - PERMISSIONS.keys()):
        raise RoleRefusedError(
            "permissions", "unknown", _("There is no permission %(name)s.") % {"name": unknown[0][:60]}
        )
    if not wanted:
        raise RoleRefusedError("permissions", "required", _("Choose at least one thing that the role may do."))
    if beyond := sorted(wanted - composable(wanted)):
        text = _("Only owners may do this, no other role: %(label)s.")
        raise RoleRefusedError("permissions", "owners_alone", text % {"label": PERMISSIONS[beyond[0]].label})
    return wanted


def _refuse_beyond(held: frozenset[str], *roles: frozenset[str]) -> None:
    if not may_shape(held, *roles):
        lacking = sorted(frozenset().union(*roles) - held)
        if lacking:
            text = _("You cannot give or take what you lack yourself: %(label)s.")
            raise RoleRefusedError("permissions", "not_held", text % {"label": PERMISSIONS[lacking[0]].label})
        raise NotAllowedError(_("Your role does not allow making and changing roles."))


def _refuse_own(mine: Membership, role: CustomRole) -> None:
    if mine.custom_role_id == role.pk:
        raise NotAllowedError(_("You hold this role yourself. Ask an owner or admin to change it."))


def _free_name(organization: Organization, name: str, role: CustomRole | None = None) -> str:
    name = _line(name)
    if not name or len(name) > NAME_LENGTH:
        raise RoleRefusedError("name", "invalid", _("Give it a name of 1 to %(n)s characters.") % {"n": NAME_LENGTH})
    taken = custom_roles(organization).filter(name__iexact=name)
    built_in = {str(word).casefold() for value, label in Role.choices for word in (value, label)}
    if name.casefold() in built_in or (taken.exclude(pk=role.pk) if role else taken).exists():
        raise RoleRefusedError(
            "name", "taken", _("There is a role %(name)s already. Choose another name.") % {"name": name}
        )
    return name


def _line(text: str) -> str:
    return " ".join(text.split())


def _again(role: CustomRole) -> CustomRole:
    found = CustomRole.objects.for_organization(role.organization_id).select_related("organization").filter(pk=role.pk)
    if (again := found.first()) is None:
        raise RoleRefusedError("", "gone", _("This role was deleted meanwhile."))
    return again
