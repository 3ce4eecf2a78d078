"""A factor that goes away in the middle: of enrolling, of signing in, of proving who it is. The page says what to do next."""

import pytest

from platform_core.accounts.models import User
from platform_core.identity.models import Authenticator
from tests.factories.factors import code_of, make_authenticator, make_codes
from tests.platform_core.identity.conftest import give_password, with_password

VERIFY, ENROLL = "/accounts/factor/", "/accounts/factor/enroll/"


@pytest.fixture
def elena(db):
    return with_password(User.objects.create_user("elena@portfolio.example", "x", is_staff=True))


def is_signed_in(client):
    return client.get("/me/").status_code == 200


def test_what_was_enrolled_half_and_went_away_begins_anew(client, elena):
    assert give_password(client, elena)["Location"] == ENROLL
    client.get(ENROLL)
    lost = Authenticator.objects.get(user=elena)
    code = code_of(lost)
    Authenticator.objects.all().delete()

    answer = client.post(ENROLL, {"code": code})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not is_signed_in(client)
    new = Authenticator.objects.get(user=elena)
    assert (new.pk != lost.pk, new.confirmed) == (True, False)
    new.throttle_reset()
    assert client.post(ENROLL, {"code": code_of(new)}).status_code == 201


def test_a_signed_in_person_whose_half_enrolled_factor_went_away_begins_anew(client, ana):
    client.force_login(ana)
    client.get("/me/security/factors/new/")
    code = code_of(Authenticator.objects.get(user=ana))
    Authenticator.objects.all().delete()

    answer = client.post("/me/security/factors/new/", {"code": code, "name": "Phone"})

    assert answer.status_code == 422
    assert not Authenticator.objects.filter(confirmed=True).exists()


def test_who_loses_the_last_factor_while_signing_in_is_asked_for_the_password_again_or_signs_in(client, ana):
    device = make_authenticator(ana)
    assert give_password(client, ana)["Location"] == VERIFY
    code = code_of(device)
    device.delete()

    answer = client.post(VERIFY, {"code": code})

    assert answer.status_code == 302
    assert client.get(answer["Location"], follow=True).status_code == 200


def test_who_loses_the_phone_while_signing_in_goes_on_with_a_recovery_code(client, ana):
    make_authenticator(ana)
    codes = make_codes(actor=ana)
    give_password(client, ana)
    Authenticator.objects.all().delete()

    page = client.get(VERIFY)
    answer = client.post(VERIFY + "?with=codes", {"code": codes[0]})

    assert page.status_code in (200, 302)
    assert answer.status_code == 302
    assert client.get(answer["Location"], follow=True).status_code == 200


def test_an_account_that_was_closed_while_signing_in_does_not_get_in(client, ana):
    device = make_authenticator(ana)
    give_password(client, ana)
    User.objects.filter(pk=ana.pk).update(is_active=False)

    answer = client.post(VERIFY, {"code": code_of(device)}, follow=True)

    assert answer.status_code == 200
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "code", ["", "   ", "x" * 70_000, "12\x003456", "１２３４５６", "-12345", "1e5", "123456\r\n", "٣٣٣٣٣٣"]
)
def test_what_is_no_code_says_so_wherever_one_is_asked_for(client, ana, code):
    device = make_authenticator(ana)
    give_password(client, ana)
    asked = client.post(VERIFY, {"code": code})
    Authenticator.objects.update(throttling_failure_count=0)
    client.force_login(ana)
    enrolled = client.post("/me/security/factors/new/", {"code": code, "name": "Phone"})

    assert (asked.status_code, enrolled.status_code) == (422, 422)
    assert 'role="alert"' in asked.content.decode()
    device.refresh_from_db()
    assert Authenticator.objects.filter(confirmed=True).count() == 1
