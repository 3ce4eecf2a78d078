"""Roles, removal, leaving and handing over. One rule above all: an organization always has an owner.

Each change first locks the organization's row, so that two owners who leave in the same moment go one after the other.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from platform_core.accounts.models import User
from platform_core.audit.services import audit
from platform_core.events.services import emit
from platform_core.organizations.errors import LastOwnerError, NotAllowedError
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


def remove_member(*, actor: User, member: Membership) -> None:
    """This will take a person out of the organization; what they made stays. Raises NotAllowedError, LastOwnerError."""
    with transaction.atomic():
        mine, theirs = _locked(actor, member)
        if not may_touch(mine.held, theirs.held):
            raise NotAllowedError(_("Your role does not allow removing this member. Only owners remove owners."))
        _remove(theirs, actor=actor, action="member.remove")


def leave(*, actor: User, member: Membership) -> None:
    """This will end the actor's own membership; raises LastOwnerError, and NotAllowedError for somebody else's."""
    with transaction.atomic():
        _mine, theirs = _locked(actor, member)
        if theirs.user_id != actor.pk:
            raise NotAllowedError(_("You can only leave for yourself."))
        _remove(theirs, actor=actor, action="member.leave")


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


def _remove(member: Membership, *, actor: User, action: str) -> None:
    _keep_an_owner(member)
    _write_down(member, actor=actor, action=action, role=(role_of(member).written, None))
    member.delete()


def _write_down(member: Membership, *, actor: User, action: str, role: tuple[str, str | None]) -> None:
    audit(action=action, target=member, target_label=str(member.user), actor=actor, changes={"role": list(role)})
    emit(
        type=action,
        organization_id=member.organization_id,
        payload={"membership_id": str(member.pk), "user_id": str(member.user_id)},
    )
