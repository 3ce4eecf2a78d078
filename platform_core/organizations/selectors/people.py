"""Members and invitations of one organization, as pages and rules read them."""

import datetime

from allauth.account.models import EmailAddress
from django.db.models import Count, Q

from platform_core.accounts.selectors import plain_address
from platform_core.kits.tenancy.models import OrganizationOwnedQuerySet
from platform_core.organizations.models import Invitation, Membership, Organization, Role


def members(organization: Organization, *, search: str = "", role: str = "") -> OrganizationOwnedQuerySet[Membership]:
    """This will list members with their accounts by name, found by a part of name or address."""
    rows = Membership.objects.for_organization(organization).select_related("user")
    if search:
        rows = rows.filter(Q(user__name__icontains=search) | Q(user__email__icontains=search))
    if role in Role.values:
        rows = rows.filter(role=role)
    return rows.order_by("user__name", "user__email")


def counts_by_role(organization: Organization) -> dict[str, int]:
    """This will count the members of each role, from the top."""
    rows = Membership.objects.for_organization(organization).values("role").annotate(n=Count("id")).order_by()
    found = {row["role"]: row["n"] for row in rows}
    return {role: found.get(role, 0) for role in Role.values}


def open_invitations(
    organization: Organization, *, now: datetime.datetime | None
) -> OrganizationOwnedQuerySet[Invitation]:
    """This will list invitations neither used nor withdrawn; with ``now`` only those that have not run out."""
    rows = Invitation.objects.for_organization(organization).filter(accepted_at=None, revoked_at=None)
    return (rows.filter(expires_at__gt=now) if now else rows).order_by("email")


def addresses_of_members(organization: Organization) -> set[str]:
    """This will give every verified address of every member, and the ones they sign in with, as we compare them."""
    people = Membership.objects.for_organization(organization).values_list("user_id", "user__email")
    known = dict(people)
    more = EmailAddress.objects.filter(user_id__in=known, verified=True).values_list("email", flat=True)
    return {plain_address(email) for email in (*known.values(), *more)}
