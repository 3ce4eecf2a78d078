"""Roles, removal, leaving and handing over. One rule above all: an organization always has an owner.

Each change first locks the organization's row, so that two owners who leave in the same moment go one after the other.
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from platform_core.accounts.models import User
from platform_core.audit.services import audit
from platform_core.events.services import emit
from platform_core.organizations.belongings import belongings_of, hand_over
from platform_core.organizations.errors import HeirNeededError, LastOwnerError, NotAllowedError
from platform_core.organizations.models import Membership, Role
from platform_core.organizations.selectors.ladder import may_grant, may_touch
from platform_core.organizations.selectors.roles import role_named, role_of
from platform_core.organizations.services.standing import lock


def change_role(*, actor: User, member: Membership, role: str) -> Membership:
    """This will give a member another role: a built-in one by its name, a custom one by its id.

    It holds from their next request on. Raises NotAllowedError, LastOwnerError, UnknownRoleError.
    """
    with transaction.atomic():
        mine, theirs = _locked(actor, member)
        before, after = role_of(theirs), role_named(theirs.organization_id, role)
        if not (may_touch(mine.held, before.held) and may_grant(mine.held, after.held)):
            raise NotAllowedError(_("Your role does not allow this change: nobody gives or takes what they lack."))
        if before.value == after.value:
            return theirs
        _keep_an_owner(theirs)
        theirs.role, theirs.custom_role = after.role, after.custom_role
        theirs.save(update_fields=["role", "custom_role"])
        _write_down(theirs, actor=actor, action="member.role", role=(before.written, after.written))
    return theirs


def remove_member(*, actor: User, member: Membership, heir: Membership | None = None) -> None:
    """This will take a person out of the organization; what runs in their name goes on in the heir's.

    Raises NotAllowedError, LastOwnerError, and HeirNeededError where something must pass on and nobody is named.
    """
    with transaction.atomic():
        mine, theirs = _locked(actor, member)
        if not may_touch(mine.held, theirs.held):
            raise NotAllowedError(_("Your role does not allow removing this member. Only owners remove owners."))
        if heir is not None:
            others = Membership.objects.for_organization(theirs.organization_id).exclude(pk=theirs.pk)
            heir = others.select_related("user").filter(pk=heir.pk).first()
        _remove(theirs, actor=actor, action="member.remove", heir=heir)


def leave(*, actor: User, member: Membership) -> None:
    """This will end the actor's own membership; what runs in their name goes to the owner who was here first.

    Raises LastOwnerError, and NotAllowedError for somebody else's.
    """
    with transaction.atomic():
        _mine, theirs = _locked(actor, member)
        if theirs.user_id != actor.pk:
            raise NotAllowedError(_("You can only leave for yourself."))
        owners = Membership.objects.for_organization(theirs.organization_id).filter(role=Role.OWNER)
        heir = owners.exclude(pk=theirs.pk).select_related("user").order_by("joined_at", "id").first()
        _remove(theirs, actor=actor, action="member.leave", heir=heir)


def transfer(*, actor: User, member: Membership) -> Membership:
    """This will make a member owner in the actor's place, who becomes admin; raises NotAllowedError."""
    with transaction.atomic():
        mine, theirs = _locked(actor, member)
        if mine.role != Role.OWNER or mine.pk == theirs.pk:
            raise NotAllowedError(_("Only an owner can hand the organization over, and to another member."))
        before = role_of(theirs).written
        theirs.role, theirs.custom_role, mine.role = Role.OWNER, None, Role.ADMIN
        theirs.save(update_fields=["role", "custom_role"])
        mine.save(update_fields=["role"])
        _write_down(theirs, actor=actor, action="organization.transfer", role=(before, Role.OWNER))
        _write_down(mine, actor=actor, action="member.role", role=(Role.OWNER, Role.ADMIN))
    return theirs


def _locked(actor: User, member: Membership) -> tuple[Membership, Membership]:
    """The actor's membership and the other, read after the organization's lock was taken."""
    lock(member.organization_id)
    rows = Membership.objects.for_organization(member.organization_id).select_related("user", "custom_role")
    mine = rows.filter(user=actor).first()
    theirs = rows.filter(pk=member.pk).first()
    if mine is None or theirs is None:
        raise NotAllowedError(_("This person is no longer a member. Reload the page."))
    return mine, theirs


def _keep_an_owner(leaving: Membership) -> None:
    owners = Membership.objects.for_organization(leaving.organization_id).filter(role=Role.OWNER)
    if leaving.role == Role.OWNER and not owners.exclude(pk=leaving.pk).exists():
        raise LastOwnerError(_("An organization needs an owner. Make another member owner first."))


def _remove(member: Membership, *, actor: User, action: str, heir: Membership | None) -> None:
    _keep_an_owner(member)
    passing = [held for held in belongings_of(member) if held.passes_on]
    if passing and heir is None:
        what = ", ".join(f"{held.belonging.label} ({held.n})" for held in passing)
        text = _("%(what)s run in the name of %(name)s. Choose who shall have them; nothing was changed.")
        raise HeirNeededError(text % {"what": what, "name": member.user})
    moved = hand_over(member, heir.user_id) if heir else {}
    changes = (
        {"passed_to": [None, str(heir.user)], **{n: [k, None] for n, k in moved.items()}} if heir and moved else {}
    )
    _write_down(member, actor=actor, action=action, role=(role_of(member).written, None), more=changes)
    member.delete()


def _write_down(
    member: Membership, *, actor: User, action: str, role: tuple[str, str | None], more: Any = None
) -> None:
    changes = {"role": list(role), **(more or {})}
    audit(action=action, target=member, target_label=str(member.user), actor=actor, changes=changes)
    emit(
        type=action,
        organization_id=member.organization_id,
        payload={"membership_id": str(member.pk), "user_id": str(member.user_id)},
    )
