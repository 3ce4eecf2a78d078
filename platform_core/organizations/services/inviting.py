"""Asking people to join by mail. The token stands in the mail only; a second invitation to an address kills the first."""

import logging

import redis
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from platform_core.accounts.models import User
from platform_core.accounts.selectors import fault_of, plain_address
from platform_core.audit.services import audit
from platform_core.events.services import emit
from platform_core.organizations.errors import AlreadyMemberError, NotAllowedError, OrganizationError
from platform_core.organizations.models import Invitation, Membership, Organization, Team
from platform_core.organizations.selectors.ladder import may_fill_teams, may_grant
from platform_core.organizations.selectors.limits import MEMBERS, limit_of
from platform_core.organizations.selectors.people import addresses_of_members, open_invitations
from platform_core.organizations.selectors.roles import role_named, role_of
from platform_core.organizations.services.limits import LimitReachedError
from platform_core.organizations.writing import DAY, PER_DAY_AND_ADDRESS, counter_of, write_invitation

PER_HOUR = 100  # invitations of one organization
logger = logging.getLogger(__name__)


class BadAddressError(OrganizationError):
    """No mail can go there, or it passes for somebody else's address."""


class TooManyInvitationsError(OrganizationError):
    """More invitations than anybody sends by hand."""


def invite(*, actor: User, organization: Organization, email: str, role: str, team: Team | None = None) -> Invitation:
    """This will mail an invitation, valid for 7 days; an open one to this address is renewed, its old link dies.

    ``role`` is a built-in one's name or a custom one's id; in ``team`` the person finds themselves after joining.

    Raises NotAllowedError, AlreadyMemberError, LimitReachedError, TooManyInvitationsError. Locks the organization's row.
    """
    to = plain_address(email)
    if fault := fault_of(to):
        raise BadAddressError(f"{to}: {fault}")
    _refuse_too_many(organization, to)
    with transaction.atomic(durable=True):
        locked = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        given = role_named(locked, role)
        refuse_above(actor, locked, given.held, team)
        if to in addresses_of_members(locked):
            raise AlreadyMemberError(_("%(email)s is a member already.") % {"email": to})
        standing = open_invitations(locked, now=None).filter(email__iexact=to).first()
        if standing is not None:
            refuse_above(actor, locked, standing.held)
        counted = standing is not None and standing.expires_at > timezone.now()
        _refuse_full(locked, extra=0 if counted else 1)
        return write_invitation(actor=actor, organization=locked, to=to, given=given, team=team, standing=standing)


def resend(*, actor: User, invitation: Invitation) -> Invitation:
    """This will mail an open invitation once more with a new link; the old one dies. Raises what ``invite`` raises."""
    if invitation.accepted_at or invitation.revoked_at:
        raise NotAllowedError(_("This invitation was used or withdrawn meanwhile. Reload the page."))
    return invite(
        actor=actor,
        organization=invitation.organization,
        email=invitation.email,
        role=role_of(invitation).value,
        team=invitation.team,
    )


def revoke_invitation(*, actor: User, invitation: Invitation) -> None:
    """This will withdraw an open invitation: its link says so from now on. A second time it does nothing."""
    with transaction.atomic():
        refuse_above(actor, invitation.organization, invitation.held)
        rows = open_invitations(invitation.organization, now=None).filter(pk=invitation.pk)
        if rows.update(revoked_at=timezone.now()):
            audit(action="invitation.revoke", target=invitation, target_label=invitation.email, actor=actor)
            emit(
                type="invitation.revoked",
                organization_id=invitation.organization_id,
                payload={"invitation_id": str(invitation.pk)},
            )


def refuse_above(actor: User, organization: Organization, held: frozenset[str], team: Team | None = None) -> None:
    mine = Membership.objects.for_organization(organization).select_related("custom_role").filter(user=actor).first()
    if mine is None or not may_grant(mine.held, held):
        raise NotAllowedError(_("Your role does not allow this invitation. Nobody gives a role above their own."))
    if team is not None and not may_fill_teams(mine.held):
        raise NotAllowedError(_("Your role does not allow putting people into teams."))


def _refuse_full(organization: Organization, *, extra: int) -> None:
    """Open invitations count: whoever is invited shall find a place."""
    limit = limit_of(organization, MEMBERS)
    taken = Membership.objects.for_organization(organization).count()
    taken += open_invitations(organization, now=timezone.now()).count()
    if limit is not None and taken + extra > limit:
        raise LimitReachedError(MEMBERS, limit, taken, extra)


def _refuse_too_many(organization: Organization, to: str) -> None:
    counters = (
        (f"invitations:{{{organization.pk}}}", 3600, PER_HOUR),
        (counter_of(organization, to), DAY, PER_DAY_AND_ADDRESS),
    )
    try:
        for name, seconds, most in counters:
            cache.add(name, 0, timeout=seconds)
            if cache.incr(name) > most:
                raise TooManyInvitationsError(_("Too many invitations in a short time. Wait an hour, then try again."))
    except (redis.RedisError, ValueError) as error:  # no memory, or the counter ran out in this moment
        logger.warning("invitations.not_counted", extra={"error": type(error).__name__})
