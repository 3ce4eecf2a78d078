"""A session that somebody else knows or kept is worth nothing: at sign-in, after a new password, after signing out.

What the second factor does to the session stands in ``test_second_factor``.
"""

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client

from platform_core.kits.tenancy.scope import unscoped
from tests.factories.organizations import make_member, make_organization

PASSWORD, OTHER = "long-enough-42", "even-longer-4242"


@pytest.fixture(autouse=True)
def frame():
    cache.clear()
    with unscoped():
        yield


@pytest.fixture
def ana(db):
    user = make_member(make_organization("andina"), "ana@andina.example")
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def signed_in(client, ana):
    client.post("/accounts/login/", {"login": ana.email, "password": PASSWORD})
    return client


def opens(session_key):
    return Client().get("/me/", headers={"cookie": f"sessionid={session_key}"}).status_code == 200


def test_a_cookie_that_we_never_gave_is_not_taken_on(client, ana):
    client.cookies["sessionid"] = "a" * 32

    client.post("/accounts/login/", {"login": ana.email, "password": PASSWORD})

    assert client.cookies["sessionid"].value != "a" * 32
    assert (opens(client.cookies["sessionid"].value), opens("a" * 32)) == (True, False)


def test_signing_out_ends_the_session_on_the_server(signed_in):
    kept = signed_in.cookies["sessionid"].value
    assert opens(kept)

    signed_in.post("/accounts/logout/")

    assert not opens(kept)


def test_a_new_password_changes_the_session_and_ends_all_others(signed_in, ana):
    elsewhere = Client()
    elsewhere.post("/accounts/login/", {"login": ana.email, "password": PASSWORD})
    before, other = signed_in.cookies["sessionid"].value, elsewhere.cookies["sessionid"].value

    given = {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}
    signed_in.post("/accounts/password/change/", given)

    ana.refresh_from_db()
    assert ana.check_password(OTHER)
    assert (opens(before), opens(other)) == (False, False)
