"""A named cast: an organization with one person of each role, and an outsider with an organization of their own."""

from dataclasses import dataclass

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client

from platform_core.accounts.models import User
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Membership, Organization
from tests.factories.organizations import make_member, make_organization


@dataclass
class Cast:
    """Who is there. ``client(person)`` is signed in as them."""

    andina: Organization
    owner: User
    admin: User
    editor: User
    viewer: User
    outsider: User

    def client(self, person: User) -> Client:
        client = Client()
        client.force_login(person)
        return client

    def membership(self, person: User) -> Membership:
        with unscoped(), tenant(self.andina.pk):
            return Membership.objects.select_related("user", "organization").get(user=person)

    def roles(self) -> dict[str, str]:
        with unscoped(), tenant(self.andina.pk):
            return dict(Membership.objects.order_by("user__email").values_list("user__name", "role"))


def make_account(email: str, *, verified: bool = True) -> User:
    user = User.objects.create_user(email, "a-long-password", name=email.split("@")[0])
    EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)
    return user


@pytest.fixture
def cast(db):
    cache.clear()
    with unscoped():
        andina = make_organization("andina")
        people = [
            make_member(andina, f"{role}@andina.example", role) for role in ("owner", "admin", "editor", "viewer")
        ]
        outsider = make_member(make_organization("norte"), "outsider@norte.example")
    return Cast(andina, *people, outsider)
