"""What changes who may do what asks again who it is: with the password, or with the factor where there is one."""

import time

import pytest

from platform_core.access.freshness import FRESH_AT
from platform_core.access.models import ApiKey
from platform_core.kits.tenancy.scope import tenant
from tests.factories.factors import code_of, make_authenticator
from tests.platform_core.identity.conftest import PASSWORD, give_password

NEW_KEY = "/orgs/andina/keys/new/"
KEY = {"name": "Payroll", "scopes": ["docuai.run.view"], "expires": "90"}


def grow_stale(client):
    session = client.session
    session[FRESH_AT] = int(time.time()) - 601
    session.save()


@pytest.fixture
def stale(client, ana):
    client.force_login(ana)
    grow_stale(client)
    return client


def keys(andina):
    with tenant(andina.pk):
        return list(ApiKey.objects.values_list("name", flat=True))


def test_just_after_signing_in_with_the_password_nothing_is_asked(client, ana):
    give_password(client, ana)

    assert client.get(NEW_KEY).status_code == 200


def test_one_click_of_the_demo_is_no_password(client, ana, settings):
    settings.DEMO = True
    client.post("/demo/sign-in/", {"email": ana.email})

    assert client.get(NEW_KEY)["Location"] == "/me/confirm/?next=%2Forgs%2Fandina%2Fkeys%2Fnew%2F"


def test_after_ten_minutes_the_password_is_asked_and_leads_back(stale):
    asked = stale.get(NEW_KEY)
    assert asked["Location"] == "/me/confirm/?next=%2Forgs%2Fandina%2Fkeys%2Fnew%2F"

    answer = stale.post(asked["Location"], {"step_up": "1", "step_password": PASSWORD})

    assert answer["Location"] == NEW_KEY
    assert stale.get(NEW_KEY).status_code == 200


def test_what_was_sent_meanwhile_is_asked_about_in_place_and_kept(stale, andina):
    asked = stale.post(NEW_KEY, KEY)
    assert asked.status_code == 403
    page = asked.content.decode()
    assert '<input type="hidden" name="name" value="Payroll" />' in page
    assert keys(andina) == []

    answer = stale.post(NEW_KEY, {**KEY, "step_up": "1", "step_password": PASSWORD})

    assert answer.status_code == 201
    assert keys(andina) == ["Payroll"]


@pytest.mark.parametrize("password", ["", "wrong", "x" * 2000])
def test_a_wrong_password_changes_nothing(stale, andina, password):
    answer = stale.post(NEW_KEY, {**KEY, "step_up": "1", "step_password": password})

    assert answer.status_code == 422
    assert '<input type="hidden" name="name" value="Payroll" />' in answer.content.decode()
    assert keys(andina) == []


def test_whoever_has_a_factor_is_asked_for_it_and_the_password_does_not_do(stale, ana, andina):
    device = make_authenticator(ana)

    by_password = stale.post(NEW_KEY, {**KEY, "step_up": "1", "step_password": PASSWORD})

    assert by_password.status_code == 422
    assert keys(andina) == []
    assert stale.post(NEW_KEY, {**KEY, "step_up": "1", "code": code_of(device)}).status_code == 201
    assert keys(andina) == ["Payroll"]


def test_the_way_back_never_leaves_this_site(stale):
    for path in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        grow_stale(stale)
        answer = stale.post(f"/me/confirm/?next={path}", {"step_up": "1", "step_password": PASSWORD})
        assert answer["Location"] == "/me/security/"


def test_htmx_is_sent_to_the_question(stale):
    answer = stale.get(NEW_KEY, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/orgs/andina/keys/"})

    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/me/confirm/?next=%2Forgs%2Fandina%2Fkeys%2F")


def test_a_session_makes_no_key_by_the_api_unless_it_is_fresh(stale, andina):
    sent = {"name": "Payroll", "scopes": ["docuai.run.view"]}
    csrf = {"Idempotency-Key": "1"}

    answer = stale.post("/api/v1/orgs/andina/keys/", sent, content_type="application/json", headers=csrf)

    assert (answer.status_code, answer.json()["code"]) == (403, "step_up_required")
    assert keys(andina) == []


def test_handing_the_organization_over_asks(stale):
    assert stale.post("/orgs/andina/settings/transfer/", {"member": "1"}).status_code == 403
