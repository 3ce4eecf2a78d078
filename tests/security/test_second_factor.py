"""Nobody gets past the second factor: whichever door, however often, however many at once."""

import datetime
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.contrib.auth import SESSION_KEY
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client

from platform_core.accounts.models import User
from platform_core.identity.models import Authenticator, RecoveryCodes, SecurityEvent
from platform_core.identity.services.factors import make_codes
from platform_core.kits.tenancy.scope import unscoped
from tests.factories.factors import code_of, make_authenticator
from tests.factories.organizations import make_member, make_organization

LOGIN, VERIFY, ENROLL = "/accounts/login/", "/accounts/factor/", "/accounts/factor/enroll/"
PASSWORD = "long-enough-42"
NOW = datetime.datetime(2026, 11, 24, 10, 0, 15, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def frame():
    cache.clear()
    with unscoped():
        yield


@pytest.fixture
def ana(db):
    return make_person("ana@andina.example")


def make_person(email, **fields):
    user = make_member(make_organization("andina"), email)
    user.set_password(PASSWORD)
    for name, value in fields.items():
        setattr(user, name, value)
    user.save()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


@pytest.fixture
def middle_of_a_step():
    with time_machine.travel(NOW, tick=False):
        yield


def give_password(client, user, **headers):
    return client.post(LOGIN, {"login": user.email, "password": PASSWORD}, **headers)


def is_signed_in(client):
    """Whether the session is somebody's: on pages, in the API and in its own words."""
    by_session = SESSION_KEY in client.session
    by_page = client.get("/me/").status_code == 200
    by_api = client.get("/api/v1/me/").status_code == 200
    assert by_session == by_page == by_api
    return by_session


def test_the_password_alone_opens_nothing(client, ana):
    make_authenticator(ana)

    answer = give_password(client, ana)

    assert (answer.status_code, answer["Location"]) == (302, VERIFY)
    assert not is_signed_in(client)
    assert client.get("/orgs/andina/keys/").status_code == 302
    assert client.get("/api/v1/orgs/andina/").status_code == 401
    assert client.get("/admin/").status_code == 302


def test_the_right_code_signs_in_with_another_session_key(client, ana):
    device = make_authenticator(ana)
    give_password(client, ana)
    before = client.session.session_key

    answer = client.post(VERIFY, {"code": code_of(device)})

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_signed_in(client)
    assert client.session.session_key != before


def test_a_planted_session_key_does_not_survive_signing_in(client, ana):
    client.get(LOGIN)
    session = client.session
    session["planted"] = 1
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted

    give_password(client, ana)

    assert is_signed_in(client)
    assert client.session.session_key != planted
    assert Client().get("/me/", headers={"cookie": f"sessionid={planted}"}).status_code == 302


def test_a_code_counts_once(client, ana):
    device = make_authenticator(ana)
    code = code_of(device)
    give_password(client, ana)
    client.post(VERIFY, {"code": code})
    other = Client()
    give_password(other, ana)

    answer = other.post(VERIFY, {"code": code})

    assert answer.status_code == 422
    assert "wrong or used" in answer.content.decode()
    assert not is_signed_in(other)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "0" * 5000, "12 34\x00 56", "-12345"])
def test_what_is_no_code_is_refused_with_words(client, ana, code):
    make_authenticator(ana)
    give_password(client, ana)

    answer = client.post(VERIFY, {"code": code})

    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode()
    assert not is_signed_in(client)


@pytest.mark.parametrize("seconds", [-40, 40])
def test_a_phone_whose_clock_is_forty_seconds_off_signs_in(client, ana, seconds, middle_of_a_step):
    device = make_authenticator(ana)
    give_password(client, ana)

    answer = client.post(VERIFY, {"code": code_of(device, seconds=seconds)})

    assert answer.status_code == 302
    assert Authenticator.objects.get().drift == seconds // 40


@pytest.mark.parametrize("seconds", [-40, 40])
def test_a_clock_off_by_forty_seconds_is_learned_while_enrolling(client, seconds, db, middle_of_a_step):
    user = make_person("elena@portfolio.example", is_staff=True)
    give_password(client, user)
    client.get(ENROLL)

    answer = client.post(ENROLL, {"code": code_of(Authenticator.objects.get(user=user), seconds=seconds)})

    assert answer.status_code == 201
    assert is_signed_in(client)


def test_a_clock_that_is_minutes_off_is_told_by_how_much(client, db, middle_of_a_step):
    user = make_person("elena@portfolio.example", is_staff=True)
    give_password(client, user)
    client.get(ENROLL)

    answer = client.post(ENROLL, {"code": code_of(Authenticator.objects.get(user=user), seconds=300)})

    assert answer.status_code == 422
    assert "about 300 seconds off" in answer.content.decode()
    assert not Authenticator.objects.get(user=user).confirmed


def test_an_enrollment_left_in_the_middle_goes_on_in_its_session_and_no_half_signed_in_page_exists(client, db):
    user = make_person("elena@portfolio.example", is_staff=True)
    assert give_password(client, user)["Location"] == ENROLL
    client.get(ENROLL)
    device = Authenticator.objects.get(user=user)

    assert device.typed_secret in client.get(ENROLL).content.decode()

    assert not is_signed_in(client)
    assert client.get("/me/security/").status_code == 302
    assert client.get("/me/security/factors/new/").status_code == 302
    assert client.get(LOGIN, follow=True).redirect_chain[-1][0] == ENROLL
    assert client.post(ENROLL, {"code": code_of(device)}).status_code == 201


def test_whoever_knows_the_password_alone_does_not_learn_the_secret_that_the_person_confirms(client, db):
    user = make_person("elena@portfolio.example", is_staff=True)
    thief = Client()
    give_password(thief, user)
    thief.get(ENROLL)
    seen = Authenticator.objects.get(user=user)
    give_password(client, user)

    page = client.get(ENROLL).content.decode()

    assert seen.typed_secret not in page
    mine = Authenticator.objects.exclude(pk=seen.pk).get()
    assert client.post(ENROLL, {"code": code_of(seen)}).status_code == 422
    mine.throttle_reset()
    assert client.post(ENROLL, {"code": code_of(mine)}).status_code == 201
    assert list(Authenticator.objects.all()) == [mine]
    assert thief.post(ENROLL, {"code": code_of(seen)})["Location"] == VERIFY
    assert not is_signed_in(thief)


def test_whoever_has_a_factor_cannot_enroll_another_with_the_password_alone(client, ana):
    make_authenticator(ana)
    give_password(client, ana)

    assert client.get(ENROLL)["Location"] == VERIFY
    assert client.post("/accounts/factor/passkey/new/ask/").status_code == 403
    assert Authenticator.objects.count() == 1


def test_a_new_password_by_mail_does_not_replace_the_factor(client, ana, settings):
    settings.ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
    make_authenticator(ana)
    client.post("/accounts/password/reset/", {"email": ana.email})
    (link,) = re.findall(r"https?://[^/]+(/accounts/password/reset/key/\S+)", mail.outbox[-1].body)
    form = client.get(link)["Location"]

    answer = client.post(form, {"password1": "another-long-1", "password2": "another-long-1"})

    assert answer["Location"] == VERIFY
    assert not is_signed_in(client)


def test_confirming_an_address_does_not_replace_the_factor(client, ana):
    make_authenticator(ana)
    EmailAddress.objects.update(verified=False)
    give_password(client, ana)
    key = EmailConfirmationHMAC(EmailAddress.objects.get()).key

    client.post(f"/accounts/confirm-email/{key}/")

    assert EmailAddress.objects.get().verified
    assert not is_signed_in(client)


def test_the_click_of_the_demo_does_not_replace_the_factor(client, ana, settings):
    settings.DEMO = True
    make_authenticator(ana)

    answer = client.post("/demo/sign-in/", {"email": ana.email})

    assert answer["Location"] == VERIFY
    assert not is_signed_in(client)


def test_the_click_of_the_demo_signs_in_who_has_no_factor(client, ana, settings):
    settings.DEMO = True

    assert client.post("/demo/sign-in/", {"email": ana.email})["Location"] == "/"

    assert is_signed_in(client)


def test_the_staff_admin_has_no_password_page_of_its_own(client, db):
    user = make_person("elena@portfolio.example", is_staff=True)

    answer = client.post("/admin/login/", {"username": user.email, "password": PASSWORD})

    assert answer["Location"].startswith(LOGIN)
    assert not is_signed_in(client)


def test_the_staff_admin_opens_with_a_verified_factor_alone(client, db):
    user = make_person("elena@portfolio.example", is_staff=True)
    client.force_login(user)
    assert client.get("/admin/").status_code == 302
    make_authenticator(user)
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/me/confirm/")
    fresh = Client()
    give_password(fresh, user)

    fresh.post(VERIFY, {"code": code_of(Authenticator.objects.get())})

    assert fresh.get("/admin/").status_code == 200


def test_a_trusted_device_skips_the_factor_for_its_person_alone_and_never_for_staff(client, ana):
    device = make_authenticator(ana)
    give_password(client, ana)
    client.post(VERIFY, {"code": code_of(device), "trust": "1"})
    client.post("/accounts/logout/")
    assert give_password(client, ana)["Location"] == "/"
    client.post("/accounts/logout/")
    other = User.objects.create_user("tomas@andina.example", PASSWORD)
    EmailAddress.objects.create(user=other, email=other.email, verified=True, primary=True)
    make_authenticator(other)

    assert give_password(client, other)["Location"] == VERIFY

    User.objects.filter(pk=ana.pk).update(is_staff=True)
    assert give_password(client, ana)["Location"] == VERIFY


def test_a_recovery_code_signs_in_once_and_is_not_locked_by_wrong_codes_of_the_app(client, ana):
    make_authenticator(ana)
    codes = make_codes(actor=ana)
    give_password(client, ana)
    for _number in range(3):
        client.post(VERIFY, {"code": "000000"})

    answer = client.post(f"{VERIFY}?with=codes", {"code": codes[0].upper().replace("-", " ")})

    assert answer.status_code == 302
    assert is_signed_in(client)
    other = Client()
    give_password(other, ana)
    assert other.post(f"{VERIFY}?with=codes", {"code": codes[0]}).status_code == 422
    assert RecoveryCodes.objects.get().codes.filter(used_at=None).count() == 9


@pytest.mark.django_db(transaction=True)
def test_one_recovery_code_used_twice_at_once_works_once():
    ana = make_person("ana@andina.example")
    make_authenticator(ana)
    code = make_codes(actor=ana)[0]
    clients = [Client() for _number in range(8)]
    for each in clients:
        give_password(each, ana)

    answers = in_parallel(lambda each: each.post(f"{VERIFY}?with=codes", {"code": code}).status_code, clients)

    assert sorted(answers) == [302] + [422] * 7


@pytest.mark.django_db(transaction=True)
def test_of_two_hundred_guesses_at_once_one_is_looked_at():
    ana = make_person("ana@andina.example")
    device = make_authenticator(ana)
    client = Client()
    give_password(client, ana)
    cookie = {"cookie": f"sessionid={client.session.session_key}"}
    started = time.monotonic()

    answers = in_parallel(lambda n: Client().post(VERIFY, {"code": f"{n:06d}"}, headers=cookie).status_code, range(200))

    took = time.monotonic() - started
    looked_at = Authenticator.objects.get(pk=device.pk).throttling_failure_count
    assert answers == [422] * 200
    assert 2 ** (looked_at - 1) - 1 <= took  # 1, 2, 4, 8 … seconds between two that are looked at
    assert SecurityEvent.objects.filter(kind="wrong_code").count() == 200


def in_parallel(work, items):
    def one(item):
        try:
            with unscoped():
                return work(item)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(one, items))
