"""Every way back that a request may name leads to our own pages: no other site, in whichever notation."""

import re
import time
from urllib.parse import urlencode

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache

from platform_core.access.freshness import FRESH_AT
from platform_core.kits.tenancy.scope import unscoped
from tests.factories.organizations import make_member, make_organization

PASSWORD = "long-enough-42"
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "https:evil.example",
    "https:///evil.example/",
    "\\\\evil.example/",
    "/\\evil.example/",
    "/\t/evil.example/",
    "/\n/evil.example/",
    "\x08//evil.example/",
    " //evil.example/",
    "https://testserver@evil.example/",
    "//testserver:80@evil.example/",
    "javascript:alert(1)",
]
OURS = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*\Z")


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
    client.force_login(ana)
    session = client.session
    session[FRESH_AT] = int(time.time())
    session.save()
    return client


def test_what_counts_as_ours_is_told_from_what_does_not():
    assert OURS.match("/orgs/andina/?a=1")
    assert [to for to in ELSEWHERE if OURS.match(to)] == []


@pytest.mark.parametrize("to", ELSEWHERE)
def test_signing_in_leads_to_no_other_site(client, ana, to):
    answer = client.post("/accounts/login/", {"login": ana.email, "password": PASSWORD, "next": to})

    assert (answer.status_code, bool(OURS.match(answer["Location"]))) == (302, True), answer["Location"]
    assert "evil" not in answer["Location"]


def test_the_steps_of_a_signed_in_person_lead_to_no_other_site(signed_in):
    led = {}
    for to in ELSEWHERE:
        led["step-up", to] = signed_in.post(f"/me/confirm/?{urlencode({'next': to})}")
        led["language", to] = signed_in.post("/language/", {"language": "en", "next": to})
        led["theme", to] = signed_in.post("/theme/", {"theme": "dark", "next": to})

    wrong = {name: answer.get("Location") for name, answer in led.items() if not _is_ours(answer)}
    assert wrong == {}


def test_a_way_back_to_our_own_page_is_kept(signed_in):
    assert signed_in.post("/me/confirm/?next=/orgs/andina/keys/")["Location"] == "/orgs/andina/keys/"
    assert signed_in.post("/language/", {"language": "en", "next": "/orgs/andina/"})["Location"] == "/orgs/andina/"


def _is_ours(answer):
    return answer.status_code == 302 and bool(OURS.match(answer["Location"])) and "evil" not in answer["Location"]
