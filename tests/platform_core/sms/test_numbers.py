"""A person's own number: proved by a code, on the page and by the API; codes and tries are counted."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from platform_core.kits.tenancy.scope import tenant
from platform_core.sms.models import MobileNumber
from portfolio.environment import sms as read_sms
from portfolio.stack import mailbox
from tests.platform_core.sms.conftest import NUMBER, body_of


@pytest.fixture
def signed_in(client, marta):
    client.force_login(marta)
    return client


def row_of(user):
    return MobileNumber.objects.get(user=user)


def code_in(call):
    (code,) = re.findall(r"\b\d{6}\b", body_of(call)["text"])
    return code


def ask(client, number="0034 600 111 222"):
    return client.post(reverse("mobile"), {"number": number})


def give(client, code):
    return client.post(reverse("mobile-verify"), {"code": code})


def test_a_code_proves_the_number(signed_in, marta, peer):
    assert ask(signed_in).status_code == 302
    page = signed_in.get(reverse("mobile")).content.decode()
    assert "+34 ••• 222" in page

    code = code_in(peer.calls[0])
    assert give(signed_in, f"{code[:3]} {code[3:]}").headers["Location"] == reverse("notification-preferences")

    row = row_of(marta)
    assert (row.number, row.asked_number, row.code_hash) == (NUMBER, "", "")
    assert row.verified_at is not None
    assert code not in str(row.__dict__)


def test_the_code_is_stored_as_a_hash_and_fits_one_message(signed_in, marta, peer):
    ask(signed_in)

    code, row = code_in(peer.calls[0]), row_of(marta)
    assert (code in row.code_hash, len(row.code_hash)) == (False, 64)
    assert len(body_of(peer.calls[0])["text"]) <= 160


def test_five_wrong_codes_end_it_even_for_the_right_one(signed_in, marta, peer):
    ask(signed_in)
    code = code_in(peer.calls[0])
    wrong = "000000" if code != "000000" else "111111"

    said = [give(signed_in, wrong).content.decode() for _ in range(5)]

    assert "4 tries are left" in said[0]
    assert "1 try is left" in said[3]
    assert "That was the last try" in said[4]
    assert give(signed_in, code).status_code == 422
    assert (row_of(marta).number, row_of(marta).tries) == ("", 5)


def test_a_code_is_dead_after_ten_minutes(signed_in, marta, peer):
    ask(signed_in)
    MobileNumber.objects.update(code_sent_at=timezone.now() - timedelta(minutes=10))

    answer = give(signed_in, code_in(peer.calls[0]))

    assert (answer.status_code, "This code has expired" in answer.content.decode()) == (422, True)
    assert row_of(marta).number == ""


def test_a_code_of_another_number_or_person_proves_nothing(signed_in, marta, peer):
    ask(signed_in)
    MobileNumber.objects.update(asked_number="+34600999999")

    assert give(signed_in, code_in(peer.calls[0])).status_code == 422
    assert row_of(marta).number == ""


def test_codes_are_counted_by_minute_and_day(signed_in, marta, peer):
    ask(signed_in)
    assert "less than a minute ago" in ask(signed_in, "+34600111333").content.decode()
    for _ in range(4):
        MobileNumber.objects.update(code_sent_at=timezone.now() - timedelta(minutes=2))
        assert ask(signed_in).status_code == 302
    MobileNumber.objects.update(code_sent_at=timezone.now() - timedelta(minutes=2))

    assert "Too many codes were sent today" in ask(signed_in).content.decode()

    assert (len(peer.calls), row_of(marta).codes) == (5, 5)
    signed_in.post(reverse("mobile-remove"))
    MobileNumber.objects.update(code_sent_at=timezone.now() - timedelta(minutes=2))
    assert ask(signed_in).status_code == 422


@pytest.mark.parametrize("typed", ["600 111 222", "x" * 41, "", "+34\x00600111222", "+34 600 111 22²"])
def test_what_is_no_number_comes_back_with_what_to_do(signed_in, marta, peer, typed):
    answer = ask(signed_in, typed)

    assert (answer.status_code, peer.calls) == (422, [])
    assert not MobileNumber.objects.filter(user=marta).exists()


def test_a_gateway_that_refuses_leaves_nothing_waiting(signed_in, marta, peer):
    peer.status = 503

    answer = ask(signed_in)

    assert "The code could not be sent" in answer.content.decode()
    assert (row_of(marta).asked_number, row_of(marta).code_hash) == ("", "")


def test_the_number_of_before_stays_until_the_new_one_is_proved(signed_in, marta, verified, peer):
    verified(marta, "+34600000001")

    ask(signed_in)

    assert row_of(marta).number == "+34600000001"
    give(signed_in, code_in(peer.calls[0]))
    assert row_of(marta).number == NUMBER


def test_a_number_can_be_removed(signed_in, marta, verified, peer):
    verified(marta)

    assert signed_in.post(reverse("mobile-remove")).status_code == 302

    assert (row_of(marta).number, row_of(marta).verified_at) == ("", None)


def test_without_a_gateway_there_is_no_page_and_no_link(signed_in):
    assert signed_in.get(reverse("mobile")).status_code == 404
    assert reverse("mobile") not in signed_in.get(reverse("profile")).content.decode()


def test_the_same_by_the_api(signed_in, marta, peer):
    url = "/api/v1/me/mobile/"
    assert signed_in.get(url).json() == {
        "is_offered": True,
        "number": "",
        "verified_at": None,
        "waits_for_code": "",
    }
    asked = signed_in.post(url, {"number": "+34 600 111 222"}, content_type="application/json")
    assert (asked.status_code, asked.json()["waits_for_code"]) == (200, NUMBER)
    wrong = signed_in.post(f"{url}verify/", {"code": "12"}, content_type="application/json")
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/code")

    right = signed_in.post(f"{url}verify/", {"code": code_in(peer.calls[0])}, content_type="application/json")

    assert right.json()["number"] == NUMBER
    assert signed_in.delete(url).json()["number"] == ""


def test_in_development_the_mail_page_shows_it(signed_in, marta, settings, tmp_path):
    settings.SMS = read_sms((tmp_path / "mail").as_uri())
    settings.DATA_DIR = tmp_path

    ask(signed_in)

    (line,) = mailbox.messages(tmp_path / "mail")
    assert (line.recipients, line.is_sms) == ([NUMBER], True)
    text = mailbox.message(tmp_path / "mail", line.id).text
    assert "is your code for this number" in text
    assert NUMBER in signed_in.get(reverse("inbox")).content.decode()


def test_a_number_is_not_its_organizations(andina, marta, verified):
    verified(marta)
    with tenant(andina.pk):
        assert MobileNumber.objects.get(user=marta).number == NUMBER
