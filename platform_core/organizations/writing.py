"""One invitation as a row and a mail. Whoever calls holds the organization's lock and has asked whether it may be."""

import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from platform_core.accounts.models import User
from platform_core.audit.services import audit
from platform_core.events.services import emit
from platform_core.mail.services import queue_mail
from platform_core.organizations.models import Invitation, Organization, Team
from platform_core.organizations.selectors.branding import look_of
from platform_core.organizations.selectors.roles import GivenRole, role_of
from platform_core.organizations.tokens import hash_of, new_token

VALID = datetime.timedelta(days=7)
PER_DAY_AND_ADDRESS = 5
DAY = 86400


def counter_of(organization: Organization, to: str) -> str:
    """This will name the counter of mails to one address from one organization."""
    return f"invitations:{{{organization.pk}}}:{hash_of(to)}"


def write_invitation(
    *,
    actor: User,
    organization: Organization,
    to: str,
    given: GivenRole,
    team: Team | None,
    standing: Invitation | None,
) -> Invitation:
    """This will write and mail one invitation, or renew the one that stands. Whoever calls holds the lock and has asked."""
    token, invitation = new_token(), standing or Invitation(organization=organization, email=to)
    before = role_of(standing).written if standing else None
    invitation.role, invitation.custom_role, invitation.team = given.role, given.custom_role, team
    invitation.invited_by = actor
    invitation.token_hash, invitation.expires_at = hash_of(token), timezone.now() + VALID
    invitation.save()
    audit(
        action="invitation.resend" if standing else "invitation.create",
        target=invitation,
        target_label=to,
        actor=actor,
        changes={"role": [before, given.written]} if before != given.written else {},
    )
    emit(type="invitation.sent", organization_id=organization.pk, payload={"invitation_id": str(invitation.pk)})
    _mail(invitation, organization, actor, token)
    return invitation


def _mail(invitation: Invitation, organization: Organization, actor: User, token: str) -> None:
    known, look = User.objects.filter(email__iexact=invitation.email).first(), look_of(organization)
    with translation.override((known.language if known else "") or organization.default_language):
        context = {
            "invitation": invitation,
            "organization": organization,
            "brand": look,
            "inviter": actor,
            "url": settings.BASE_URL + reverse("invitation", kwargs={"token": token}),
        }
        queue_mail(
            organization_id=organization.pk,
            to=invitation.email,
            subject=_("%(name)s invites you to %(organization)s")
            % {"name": actor.get_full_name(), "organization": organization.name},
            text=render_to_string("emails/organizations/invitation.txt", context),
            html=render_to_string("emails/organizations/invitation.html", context),
            kind="invitation",
            idempotency_key=f"invitation:{invitation.token_hash}",
            from_name=look.name,
        )
