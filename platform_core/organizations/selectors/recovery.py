"""Recoveries of an organization, its owners and whether they can be reached, and who hears of it."""

from django.core import signing
from django.db.models import QuerySet

from platform_core.accounts.models import User
from platform_core.organizations.models import Membership, Organization, OwnerRecovery, Role
from platform_core.permissions import MEMBER_MANAGE

SALT = "platform_core.recovery.stop"
LINK_SECONDS = 60 * 86_400


def recoveries(organization: Organization) -> QuerySet[OwnerRecovery]:
    """This will list all requests, the newest first."""
    rows = OwnerRecovery.objects.for_organization(organization)
    return rows.select_related("requested_by", "agreed_by", "ended_by", "organization").order_by("-id")


def open_recovery(organization: Organization) -> OwnerRecovery | None:
    """This will read the one that is open."""
    return recoveries(organization).filter(state__in=OwnerRecovery.OPEN).first()


def owners_of(organization: Organization) -> list[Membership]:
    """This will list the owners with their accounts."""
    rows = Membership.objects.for_organization(organization).filter(role=Role.OWNER)
    return list(rows.select_related("user").order_by("joined_at", "id"))


def guardians_of(organization: Organization) -> list[Membership]:
    """This will list who is told and may object: whoever manages members, owners first of all."""
    rows = Membership.objects.for_organization(organization).select_related("user", "custom_role").order_by("id")
    return [member for member in rows if MEMBER_MANAGE in member.held]


def link_token(recovery: OwnerRecovery, user: User) -> str:
    """This will sign the link by which a person stops a recovery without signing in."""
    return signing.dumps({"r": str(recovery.pk), "u": str(user.pk)}, salt=SALT)


def read_token(token: str) -> tuple[str, str] | None:
    """This will read recovery and person of a link; None for one that is not ours or too old."""
    try:
        found = signing.loads(token, salt=SALT, max_age=LINK_SECONDS)
        return str(found["r"]), str(found["u"])
    except (signing.BadSignature, KeyError, TypeError):
        return None
