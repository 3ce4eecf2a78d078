"""Test keys: told apart at a glance, they make no live key, and write only where a test is meant."""

import re

import pytest

from platform_core.access.models import ApiKey
from platform_core.access.secrets import is_well_formed, new_secret
from platform_core.audit.models import AuditEvent
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.permissions import JOB_VIEW, KEY_MANAGE
from portfolio.stack.audits import SECRETS
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_member, make_organization

API = "/api/v1/orgs/andina"


@pytest.fixture(autouse=True)
def frame():
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def owner(client, andina):
    client.force_login(make_member(andina, "marta@andina.example"))
    return client


def test_a_test_secret_says_so_and_the_secret_scan_knows_it():
    secret = new_secret(is_test=True)

    assert (len(secret), secret[:8], is_well_formed(secret)) == (58, "pf_test_", True)
    assert not is_well_formed(secret.replace("test", "live"))
    assert re.search(SECRETS["one of our API keys"], "pf_test_" + "Ab1" * 14 + "x")


def test_the_form_makes_a_test_key_and_list_and_page_carry_its_badge(owner, andina, client):
    form = {"name": "Trial", "mode": "test", "scopes": ["docuai.run.view"], "expires": "90"}
    made = owner.post("/orgs/andina/keys/new/", form).content.decode()

    (secret,) = set(re.findall(r"pf_test_\w{43}_\w{6}", made))
    with tenant(andina.pk):
        key = ApiKey.objects.get()
        logged = AuditEvent.objects.get(action="key.created")
    assert (key.is_test, key.prefix) == (True, secret[:16])
    assert logged.changes == {"scopes": [[], ["docuai.run.view"]], "test": [None, True]}
    assert '<span class="badge warn"' in owner.get("/orgs/andina/keys/").content.decode()
    assert '<span class="badge warn"' in owner.get(f"/orgs/andina/keys/{key.pk}/").content.decode()
    client.logout()
    assert client.get("/api/v1/me/", headers=bearer(secret)).json()["key"]["test"] is True


def test_a_form_that_does_not_say_makes_a_live_key(owner, andina):
    owner.post("/orgs/andina/keys/new/", {"name": "Payroll", "scopes": ["docuai.run.view"], "expires": "90"})

    with tenant(andina.pk):
        assert ApiKey.objects.values_list("is_test", flat=True).get() is False


def test_the_api_makes_test_keys_and_shows_which_they_are(andina, client):
    _key, secret = make_key(andina, [KEY_MANAGE, JOB_VIEW])
    made = client.post(
        f"{API}/keys/",
        {"name": "Trial", "scopes": [JOB_VIEW], "test": True},
        content_type="application/json",
        headers=bearer(secret),
    ).json()

    assert (made["test"], made["secret"][:8]) == (True, "pf_test_")
    listed = client.get(f"{API}/keys/", headers=bearer(secret)).json()["results"]
    assert [row["test"] for row in listed] == [True, False]


def test_a_test_key_changes_nothing_that_is_in_use(andina, client):
    key, secret = make_key(andina, is_test=True)
    calls = [
        ("post", "/keys/", {"name": "Live", "scopes": [JOB_VIEW]}),
        ("delete", f"/keys/{key.pk}/", None),
        ("post", "/invitations/", {"email": "eva@andina.example", "role": "admin"}),
        ("post", "/webhooks/", {"url": "https://hooks.example/", "types": ["key.created"]}),
    ]

    for method, path, body in calls:
        answer = getattr(client, method)(API + path, body, content_type="application/json", headers=bearer(secret))
        assert (answer.status_code, answer.json()["code"]) == (403, "live_key_needed"), path
    assert client.get(f"{API}/keys/", headers=bearer(secret)).status_code == 200
    with tenant(andina.pk):
        assert ApiKey.objects.count() == 1
        assert ApiKey.objects.get().revoked_at is None


def test_whoever_holds_a_test_key_can_end_it(andina, client):
    key, secret = make_key(andina, [JOB_VIEW], is_test=True)

    answer = client.post("/api/v1/keys/revoke/", {"key": secret}, content_type="application/json")

    assert answer.status_code == 204
    with tenant(andina.pk):
        assert ApiKey.objects.get().revoked_at is not None
    assert client.get("/api/v1/me/", headers=bearer(secret)).status_code == 401
