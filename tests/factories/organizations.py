"""Two organizations that must never meet, each with a person."""

from platform_core.accounts.models import User
from platform_core.kits.tenancy.scope import tenant
from platform_core.organizations.models import Membership, Organization


def make_organization(slug: str) -> Organization:
    return Organization.objects.create(name=slug.replace("-", " ").title(), slug=slug)


def make_member(organization: Organization, email: str, role: str = "owner") -> User:
    user = User.objects.create_user(email, "x", name=email.split("@")[0])
    with tenant(organization.pk):
        Membership.objects.create(organization=organization, user=user, role=role)
    return user
