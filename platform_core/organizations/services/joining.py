"""Taking up an invitation. Each link that does not work any more says which of the ways it ended."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from platform_core.accounts.models import User
from platform_core.accounts.selectors import plain_address, verified_addresses
from platform_core.audit.services import audit
from platform_core.events.services import emit
from platform_core.organizations.errors import AlreadyMemberError, OrganizationError
from platform_core.organizations.models import CUSTOM, Invitation, Membership, Organization, TeamMembership
from platform_core.organizations.selectors.limits import MEMBERS, limit_of
from platform_core.organizations.selectors.roles import role_of
from platform_core.organizations.services.limits import LimitReachedError
from platform_core.organizations.tokens import hash_of


class InvitationError(OrganizationError):
    """The invitation cannot be taken up. ``code`` says why, for pages that offer what to do."""

    code = "unknown"


class UnknownInvitationError(InvitationError):
    """No invitation has this link: mistyped, or a newer invitation took its place."""

    def __init__(self) -> None:
        super().__init__(_("This link is not valid. If you were invited again, use the newest mail."))


class UsedInvitationError(InvitationError):
    code = "used"


class RevokedInvitationError(InvitationError):
    code = "revoked"


class ExpiredInvitationError(InvitationError):
    code = "expired"


class OtherAddressError(InvitationError):
    """The account has not this address among its verified ones."""

    code = "other_address"


def open_invitation(*, token: str, lock: bool = False) -> Invitation:
    """This will read the invitation of a link, or raise the InvitationError that says how it ended.

    Call it in the scope of the organization that ``locate`` found. ``lock`` holds the row until the transaction ends.
    """
    rows = Invitation.objects.select_for_update(of=("self",)) if lock else Invitation.objects.all()
    found = rows.select_related("organization", "invited_by").filter(token_hash=hash_of(token)).first()
    if found is None:
        raise UnknownInvitationError
    if found.accepted_at:
        raise UsedInvitationError(_("This invitation was used already. Sign in to open the organization."))
    if found.revoked_at:
        raise RevokedInvitationError(_("This invitation was withdrawn. Ask whoever invited you."))
    if found.expires_at <= timezone.now():
        raise ExpiredInvitationError(_("This invitation has expired. Ask whoever invited you for a new one."))
    return found


def accept_invitation(*, actor: User, token: str) -> Membership:
    """This will make the actor a member with the role of the invitation; it works once.

    Raises an InvitationError, AlreadyMemberError, LimitReachedError. Locks the organization's row, then the invitation.
    """
    organization_id = open_invitation(token=token).organization_id
    with transaction.atomic(durable=True):
        organization = Organization.objects.select_for_update(no_key=True).get(pk=organization_id)
        invitation = open_invitation(token=token, lock=True)
        _refuse_other_address(actor, invitation)
        members = Membership.objects.for_organization(organization)
        if members.filter(user=actor).exists():
            raise AlreadyMemberError(_("You belong to %(name)s already.") % {"name": organization.name})
        if invitation.role == CUSTOM and invitation.custom_role is None:
            raise RevokedInvitationError(_("The role of this invitation was deleted. Ask whoever invited you."))
        _refuse_full(organization, members.count())
        invitation.accepted_at = timezone.now()
        invitation.save(update_fields=["accepted_at"])
        role = role_of(invitation)
        membership = Membership.objects.create(
            organization=organization, user=actor, role=role.role, custom_role=role.custom_role
        )
        if invitation.team:
            TeamMembership.objects.create(organization=organization, team=invitation.team, membership=membership)
        audit(
            action="invitation.accept",
            target=membership,
            target_label=str(actor),
            actor=actor,
            changes={"role": [None, role.written]},
        )
        emit(
            type="member.joined",
            organization_id=organization.pk,
            payload={"membership_id": str(membership.pk), "user_id": str(actor.pk)},
        )
    return membership


def fits(*, actor: User, invitation: Invitation) -> bool:
    """This will say whether the invitation's address is among those the actor has confirmed."""
    return plain_address(invitation.email) in {plain_address(email) for email in verified_addresses(actor)}


def _refuse_other_address(actor: User, invitation: Invitation) -> None:
    if not fits(actor=actor, invitation=invitation):
        raise OtherAddressError(
            _("This invitation is for %(email)s. Sign in with that account, or add and confirm that address in yours.")
            % {"email": invitation.email}
        )


def _refuse_full(organization: Organization, members: int) -> None:
    limit = limit_of(organization, MEMBERS)
    if limit is not None and members >= limit:
        raise LimitReachedError(MEMBERS, limit, members, 1)
