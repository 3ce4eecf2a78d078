"""Members and invitations of one organization, as pages and rules read them."""

import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import Q

from platform_core.accounts.selectors import plain_address
from platform_core.kits.tenancy.models import OrganizationOwnedQuerySet
from platform_core.organizations.models import Invitation, Membership, Organization, Role
from platform_core.organizations.selectors.roles import holders


def members(organization: Organization, *, search: str = "", role: str = "") -> OrganizationOwnedQuerySet[Membership]:
    """This will list members with their accounts by name, found by a part of name or address."""
    rows = Membership.objects.for_organization(organization).select_related("user", "custom_role")
    if search:
        rows = rows.filter(Q(user__name__icontains=search) | Q(user__email__icontains=search))
    if role in Role.values:
        rows = rows.filter(role=role)
    elif _is_id(role):
        rows = rows.filter(custom_role=UUID(role))
    return rows.order_by("user__name", "user__email")


def counts_by_role(organization: Organization) -> dict[str, int]:
    """This will count the members of each role, built-in ones from the top, then custom ones by their id."""
    found = holders(organization)
    return {role: found.pop(role, 0) for role in Role.values} | found


def open_invitations(
    organization: Organization, *, now: datetime.datetime | None
) -> OrganizationOwnedQuerySet[Invitation]:
    """This will list invitations neither used nor withdrawn; with ``now`` only those that have not run out."""
    rows = (
        Invitation.objects.for_organization(organization)
        .filter(accepted_at=None, revoked_at=None)
        .select_related("custom_role", "team")
    )
    return (rows.filter(expires_at__gt=now) if now else rows).order_by("email")


def heirs(organization: Organization, member: Membership) -> OrganizationOwnedQuerySet[Membership]:
    """This will list who may have what a member leaves behind: every other, by name."""
    return members(organization).filter(user__is_active=True).exclude(pk=member.pk)


def addresses_of_members(organization: Organization) -> set[str]:
    """This will give every verified address of every member, and the ones they sign in with, as we compare them."""
    people = Membership.objects.for_organization(organization).values_list("user_id", "user__email")
    known = dict(people)
    more = EmailAddress.objects.filter(user_id__in=known, verified=True).values_list("email", flat=True)
    return {plain_address(email) for email in (*known.values(), *more)}


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False
