"""A member with a password, and a clean memory of rates."""

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache

from platform_core.kits.tenancy.scope import unscoped
from tests.factories.organizations import make_member, make_organization

PASSWORD = "long-enough-42"


@pytest.fixture(autouse=True)
def frame():
    cache.clear()
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def ana(andina):
    return with_password(make_member(andina, "ana@andina.example"))


def with_password(user):
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def give_password(client, user, **more):
    return client.post("/accounts/login/", {"login": user.email, "password": PASSWORD}, **more)
