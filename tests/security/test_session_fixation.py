"""A session that somebody else knows or kept is worth nothing: at sign-in, after a new password, after signing out, and
on both ends of acting as a member.

What the second factor does to the session stands in ``test_second_factor``.
"""

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client

from platform_core.accounts.models import User
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.operations.models import Impersonation
from tests.factories.factors import sign_in_verified
from tests.factories.organizations import make_member, make_organization

PASSWORD, OTHER = "long-enough-42", "even-longer-4242"
MEMBERS = "/orgs/andina/members/"


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
    user = make_member(andina, "ana@andina.example")
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


@pytest.fixture
def staff(db):
    browser = Client()
    sign_in_verified(browser, User.objects.create_user("elena@portfolio.example", "x", is_staff=True))
    return browser


def act_as(staff, organization, person):
    data = {"organization": organization.pk, "email": person.email, "reason": "ticket 4711, asked", "minutes": 30}
    answer = staff.post("/admin/platform_core/impersonation/act-as/", data)
    assert answer.status_code == 302
    return key_of(staff)


def key_of(client):
    return client.cookies["sessionid"].value


def holder_of(session_key):
    """A browser with this cookie and nothing else."""
    browser = Client()
    browser.cookies["sessionid"] = session_key
    return browser


def test_acting_as_a_member_begins_and_ends_with_another_session(staff, andina, ana):
    before = key_of(staff)
    during = act_as(staff, andina, ana)
    assert holder_of(during).get(MEMBERS).status_code == 200

    staff.post("/acting/end/")

    after = key_of(staff)
    assert len({before, during, after}) == 3
    assert [holder_of(kept).get("/admin/").status_code for kept in (before, during, after)] == [302, 302, 200]
    assert [holder_of(kept).get(MEMBERS).status_code for kept in (before, during, after)] == [302, 302, 404]


def test_a_cookie_from_before_does_not_become_the_member(staff, andina, ana):
    before = key_of(staff)

    act_as(staff, andina, ana)

    assert holder_of(before).get(MEMBERS).status_code == 302
    assert holder_of(before).get("/admin/").status_code == 302


def test_the_session_is_never_the_member_s_own(staff, andina, ana):
    during = act_as(staff, andina, ana)
    browser = holder_of(during)

    assert browser.session["_auth_user_id"] != str(ana.pk)
    closed = ["/me/", "/me/security/", "/me/inbox/", "/accounts/email/", "/accounts/password/change/"]
    assert {path: browser.get(path).status_code for path in closed} == dict.fromkeys(closed, 403)
    assert browser.get("/api/v1/me/").status_code == 403


def test_signing_out_while_acting_leaves_no_session_behind(staff, andina, ana):
    during = act_as(staff, andina, ana)

    staff.post("/accounts/logout/")

    assert holder_of(during).get(MEMBERS).status_code == 302
    with tenant(andina.pk):
        assert Impersonation.objects.get().ended_at is not None


def test_when_the_member_signs_out_everywhere_or_changes_the_password_nobody_s_session_of_theirs_is_left(
    staff, signed_in, andina, ana
):
    act_as(staff, andina, ana)
    kept = key_of(signed_in)

    signed_in.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER})

    assert not opens(kept)
    assert staff.get("/me/").status_code == 403
