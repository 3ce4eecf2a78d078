"""A person's own page: factors, codes, sessions, trusted devices, what happened."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from platform_core.identity import periodic
from platform_core.identity.models import Authenticator, RecoveryCode, SecurityEvent, SignedInSession, TrustedDevice
from platform_core.identity.services.factors import make_codes
from tests.factories.factors import code_of, make_authenticator, sign_in_verified
from tests.factories.organizations import make_member
from tests.platform_core.identity.conftest import give_password

SECURITY, ADD = "/me/security/", "/me/security/factors/new/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 Version/19.0 Safari/605.1"


@pytest.fixture
def me(client, ana):
    client.force_login(ana)
    return client


def test_the_first_factor_brings_ten_codes_that_are_shown_once(me, ana):
    page = me.get(ADD).content.decode()
    device = Authenticator.objects.get()
    assert device.typed_secret in page
    assert "data:image/svg+xml" in page

    answer = me.post(ADD, {"code": code_of(device), "name": "Pixel"})

    codes = re.findall(r"<li>([a-z2-9]{5}-[a-z2-9]{5})", answer.content.decode())
    assert (answer.status_code, len(codes), "no-store" in answer["Cache-Control"]) == (201, 10, True)
    assert codes[0] not in me.get(SECURITY).content.decode()
    assert not RecoveryCode.objects.filter(code_hash__contains=codes[0][:5]).exists()
    assert mail.outbox[-1].subject == "A second factor was added"


def test_the_secret_is_not_in_the_table_and_does_not_open_in_another_row(ana, andina):
    device, other = make_authenticator(ana), make_authenticator(make_member(andina, "tomas@andina.example"))
    assert device.secret not in bytes(device.sealed_secret)

    Authenticator.objects.filter(pk=other.pk).update(sealed_secret=device.sealed_secret)

    with pytest.raises(ValueError, match="moved from another place"):
        assert Authenticator.objects.get(pk=other.pk).secret


def test_new_codes_end_the_old_ones(me, ana):
    make_authenticator(ana)
    old = make_codes(actor=ana)[0]
    me.post("/me/security/codes/")
    other = Client()
    give_password(other, ana)

    assert other.post("/accounts/factor/?with=codes", {"code": old}).status_code == 422


def test_a_factor_is_renamed_and_removed_by_its_person_alone(me, ana, andina):
    mine = make_authenticator(ana)
    theirs = make_authenticator(make_member(andina, "tomas@andina.example"))

    me.post(f"/me/security/factors/{mine.handle}/rename/", {"name": "  New   phone "})
    me.post(f"/me/security/factors/{theirs.handle}/rename/", {"name": "Stolen"})
    me.post(f"/me/security/factors/{theirs.handle}/remove/")

    assert sorted(Authenticator.objects.values_list("name", flat=True)) == ["New phone", "Phone"]
    me.post(f"/me/security/factors/{mine.handle}/remove/")
    assert list(Authenticator.objects.all()) == [theirs]
    assert mail.outbox[-1].subject == "A second factor was removed"


def test_the_last_factor_stays_while_one_is_required(client, ana):
    ana.is_staff = True
    ana.save()
    device = sign_in_verified(client, ana)

    page = client.post(f"/me/security/factors/{device.handle}/remove/", follow=True).content.decode()

    assert "Add another one first" in page
    assert Authenticator.objects.filter(user=ana).exists()


def test_a_removed_factor_verifies_no_session_any_more(client, ana):
    device = sign_in_verified(client, ana)
    client.get(SECURITY)
    device.delete()
    ana.is_staff = True
    ana.save()

    assert client.get("/admin/").status_code == 302


def test_sessions_are_listed_and_ended_one_by_one_and_all_at_once(client, ana):
    give_password(client, ana, headers={"user-agent": FIREFOX})
    phone, third = Client(headers={"user-agent": IPHONE}), Client()
    give_password(phone, ana)
    give_password(third, ana)
    page = client.get(SECURITY).content.decode()
    assert "Firefox, Windows" in page
    assert "Safari, iPhone" in page
    (row,) = SignedInSession.objects.filter(user_agent=IPHONE)

    client.post(f"/me/security/sessions/{row.pk}/end/")

    assert phone.get("/me/").status_code == 302
    assert third.get("/me/").status_code == 200
    client.post("/me/security/sessions/end/")
    assert third.get("/me/").status_code == 302
    assert client.get("/me/").status_code == 200


def test_nobody_ends_the_session_of_another(me, andina):
    theirs = Client()
    theirs.force_login(make_member(andina, "tomas@andina.example"))
    theirs.get("/me/")
    row = SignedInSession.objects.get(user__email="tomas@andina.example")

    me.post(f"/me/security/sessions/{row.pk}/end/")

    assert theirs.get("/me/").status_code == 200


def test_signing_in_on_a_new_device_is_mailed_the_first_one_and_a_known_one_are_not(client, ana):
    give_password(client, ana)
    assert mail.outbox == []
    client.post("/accounts/logout/")
    give_password(client, ana)
    assert mail.outbox == []

    give_password(Client(headers={"user-agent": IPHONE}), ana)

    (told,) = mail.outbox
    assert (told.subject, told.to) == ("Signed in on a new device", ["ana@andina.example"])
    assert "Safari, iPhone" in told.body


def test_the_share_of_failed_sign_ins_is_counted(client, ana):
    for _number in range(1, 4):
        client.post("/accounts/login/", {"login": ana.email, "password": "wrong"})
    give_password(client, ana)

    page = client.get(SECURITY).content.decode()

    assert "1 signed in, 3 failed (75 %)" in page
    assert SecurityEvent.objects.filter(user=ana, kind="wrong_password").count() == 3


def test_a_trusted_device_is_revoked(client, ana):
    device = make_authenticator(ana)
    give_password(client, ana)
    client.post("/accounts/factor/", {"code": code_of(device), "trust": "1"})
    trusted = TrustedDevice.objects.get()
    cookie = client.cookies["trusted_device"]
    assert cookie.value not in trusted.token_hash
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")

    client.post(f"/me/security/trusted/{trusted.pk}/revoke/")

    client.post("/accounts/logout/")
    assert give_password(client, ana)["Location"] == "/accounts/factor/"


def test_a_mail_server_that_is_down_stops_no_sign_in(client, ana, settings):
    give_password(client, ana)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    other = Client()

    assert give_password(other, ana)["Location"] == "/"
    assert other.get("/me/").status_code == 200


def test_what_happened_more_than_a_year_ago_is_forgotten(ana):
    now = timezone.now()
    for days in (366, 364):
        SecurityEvent.objects.create(user=ana, kind="signed_in", at=now - timedelta(days=days))

    assert periodic.forget_security_events() == 1
    assert [(now - event.at).days for event in SecurityEvent.objects.all()] == [364]
