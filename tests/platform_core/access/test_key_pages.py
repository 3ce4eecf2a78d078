"""The pages of API keys, as a browser without scripts uses them."""

import re

import pytest

from platform_core.access.models import ApiKey
from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_member, make_organization

NEW = "/orgs/andina/keys/new/"


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


def test_the_secret_is_shown_once_and_the_command_beside_it_works(owner, client):
    answer = owner.post(NEW, {"name": "Payroll", "scopes": ["docuai.run.view"], "expires": "90"})

    page = answer.content.decode()
    (secret,) = set(re.findall(r"pf_live_\w{43}_\w{6}", page))
    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (201, True)
    assert f'curl -H "Authorization: Bearer {secret}" http://testserver/api/v1/me/' in page.replace("&quot;", '"')
    client.logout()
    me = client.get("/api/v1/me/", headers=bearer(secret)).json()
    assert (me["kind"], me["key"]["name"], me["organizations"][0]["slug"]) == ("key", "Payroll", "andina")


def test_the_list_shows_the_start_of_the_secret_alone(owner, andina):
    _key, secret = make_key(andina)

    page = owner.get("/orgs/andina/keys/").content.decode()

    assert secret[:16] in page
    assert secret[16:] not in page


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"name": "", "scopes": ["docuai.run.view"], "expires": "90"}, "This field is required"),
        ({"name": "Payroll", "expires": "90"}, "Choose at least one thing"),
        ({"name": "Payroll", "scopes": ["platform_core.organization.transfer"], "expires": "90"}, "not one of"),
        ({"name": "Payroll", "scopes": ["docuai.run.view"], "expires": "7"}, "not one of"),
    ],
)
def test_a_form_with_a_fault_says_which_and_keeps_what_was_typed(owner, andina, sent, words):
    answer = owner.post(NEW, sent)

    page = answer.content.decode()
    assert (answer.status_code, words in page) == (422, True)
    assert f'value="{sent["name"]}"' in page or not sent["name"]
    with tenant(andina.pk):
        assert not ApiKey.objects.exists()


def test_revoking_asks_first_and_ends_the_key(owner, client, andina, django_capture_on_commit_callbacks):
    key, secret = make_key(andina)
    assert "Revoke Payroll?" in owner.get("/orgs/andina/keys/").content.decode()

    with django_capture_on_commit_callbacks(execute=True):
        answer = owner.post(f"/orgs/andina/keys/{key.pk}/revoke/", follow=True)

    assert "Payroll is revoked" in answer.content.decode()
    assert client.get("/api/v1/me/", headers=bearer(secret)).status_code == 401


def test_a_key_of_another_organization_cannot_be_revoked_from_here(owner):
    norte = make_organization("norte")
    key, _secret = make_key(norte)

    assert owner.post(f"/orgs/andina/keys/{key.pk}/revoke/").status_code == 404
    with tenant(norte.pk):
        assert ApiKey.objects.get().revoked_at is None


def test_an_editor_neither_sees_nor_makes_keys(client, andina):
    client.force_login(make_member(andina, "e@andina.example", "editor"))

    assert client.get("/orgs/andina/keys/").status_code == 403
    assert client.post(NEW, {"name": "x", "scopes": ["docuai.run.view"], "expires": "90"}).status_code == 403
    with tenant(andina.pk):
        assert not ApiKey.objects.exists()
