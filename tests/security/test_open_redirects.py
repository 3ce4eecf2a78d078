"""Every way back that a request may name leads to our own pages: no other site, in whichever notation."""

import re
import time
from itertools import product
from urllib.parse import urlencode

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.db import transaction

from platform_core.access.freshness import FRESH_AT
from platform_core.accounts.models import User
from platform_core.accounts.selectors import COME_BACK
from platform_core.kits.tenancy.scope import unscoped
from tests.factories.factors import code_of, make_authenticator, sign_in_verified
from tests.factories.organizations import make_member, make_organization
from tests.security.cast import make_cast
from tests.security.table import TABLE
from tests.security.walking import path_of

EVIL = "//evil.example/"
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
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "\u2028//evil.example/",
    "//evil。example/",
    "https://evil.example\\@testserver/",
    "http://[::1]:99999999/evil.example",
]
# Ours as they stand; whoever decodes them once too often is led away.
ENCODED = ["/%2f/evil.example/", "/%5cevil.example/", "/%09/evil.example/", "/..//evil.example/", "/\x0b/evil.example/"]
WAYS = ("next", "return", "return_to", "redirect", "redirect_to", "url", "to", "back", "continue", "path")
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


@pytest.mark.parametrize("to", [*ELSEWHERE, *ENCODED])
def test_neither_signing_up_nor_the_demo_nor_signing_out_leads_to_another_site(client, ana, settings, to):
    settings.DEMO = True
    new = {"email": "new@norte.example", "name": "New", "password1": PASSWORD, "next": to}
    led = {
        "sign-up": client.post(f"/accounts/signup/?{urlencode({'next': to})}", new),
        "sign-in": client.post(
            f"/accounts/login/?{urlencode({'next': to})}", {"login": ana.email, "password": PASSWORD}
        ),
        "sign-out": client.post("/accounts/logout/", {"next": to}),
        "demo": client.post(f"/demo/sign-in/?{urlencode({'next': to})}", {"email": ana.email, "next": to}),
        "demo again": client.post("/accounts/logout/", {"next": to}, headers={"Referer": to.strip()}),
    }

    wrong = {name: answer.get("Location", answer.status_code) for name, answer in led.items() if not _stays(answer)}
    assert wrong == {}


def test_what_an_invitation_remembers_is_a_page_of_ours(client, ana):
    for to in ELSEWHERE:
        session = client.session
        session[COME_BACK] = to  # as if something of ours had put it there
        session.save()
        answer = client.post("/accounts/login/", {"login": ana.email, "password": PASSWORD})
        assert _is_ours(answer), answer["Location"]
        client.post("/accounts/logout/")


@pytest.mark.parametrize("to", ELSEWHERE)
def test_a_sign_in_that_waits_for_its_factor_leads_to_no_other_site(client, ana, to):
    device = make_authenticator(ana)
    client.post("/accounts/login/", {"login": ana.email, "password": PASSWORD, "next": to})

    answer = client.post("/accounts/factor/", {"code": code_of(device), "next": to})

    assert _is_ours(answer), answer.get("Location")


@pytest.mark.parametrize("to", ELSEWHERE)
def test_the_staff_admin_leads_to_no_other_site(client, db, to):
    elena = User.objects.create_user("elena@portfolio.example", PASSWORD, is_staff=True)
    asked = client.get(f"/admin/login/?{urlencode({'next': to})}")
    assert asked["Location"].startswith("/accounts/login/?next=")
    sign_in_verified(client, elena)

    onward = client.get(f"/admin/login/?{urlencode({'next': to})}")["Location"]
    led = client.post(onward)  # whoever is fresh is led on at once

    assert onward.startswith("/me/confirm/?next=")
    assert _stays(led), led.get("Location")


@pytest.mark.parametrize("to", ELSEWHERE)
def test_the_question_in_the_middle_of_htmx_comes_back_to_a_page_of_ours(client, ana, to):
    client.force_login(ana)
    session = client.session
    session[FRESH_AT] = 0
    session.save()
    here = to.encode("ascii", "ignore").decode().translate({10: None, 13: None})

    asked = client.get("/orgs/andina/keys/new/", headers={"HX-Request": "true", "HX-Current-URL": here})
    session = client.session
    session[FRESH_AT] = int(time.time())
    session.save()
    led = client.post(asked["HX-Redirect"])

    assert asked["HX-Redirect"].startswith("/me/confirm/?next=")
    assert _stays(led), led.get("Location")


def test_no_route_at_all_follows_what_a_request_names(db, settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    settings.API_RATES = dict.fromkeys(settings.API_RATES, "100000/minute")
    cast, wrong = make_cast(), []
    told = {
        "Referer": EVIL,
        "HX-Current-URL": EVIL,
        "X-Forwarded-Host": "evil.example",
        "Origin": "https://evil.example",
    }
    for route in {route.name: route for route in TABLE}.values():
        path = path_of(route, cast.values)
        for client, method in product((cast.owner, cast.anonymous), ("GET", "POST")):
            block = transaction.atomic()
            block._from_testcase = True
            with block:
                to = f"{path}?{urlencode(dict.fromkeys(WAYS, EVIL))}"
                answer = getattr(client, method.lower())(to, dict.fromkeys(WAYS, EVIL), headers=told)
                transaction.set_rollback(True)
            led = [answer.headers.get(name, "/") for name in ("Location", "HX-Redirect", "HX-Location", "Refresh")]
            if any(not OURS.match(each) for each in led) or b'href="//evil' in getattr(answer, "content", b""):
                wrong.append((method, route.name, led))
    assert wrong == []


def test_a_way_back_to_our_own_page_is_kept(signed_in):
    assert signed_in.post("/me/confirm/?next=/orgs/andina/keys/")["Location"] == "/orgs/andina/keys/"
    assert signed_in.post("/language/", {"language": "en", "next": "/orgs/andina/"})["Location"] == "/orgs/andina/"


def _stays(answer):
    """An answer of ours: no redirect, or one to a page of ours. What we carry along encoded is looked at when it is used."""
    return answer.status_code in (200, 400, 404, 422) or bool(OURS.match(answer["Location"]))


def _is_ours(answer):
    return answer.status_code == 302 and bool(OURS.match(answer["Location"])) and "evil" not in answer["Location"]
