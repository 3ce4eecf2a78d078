"""An organization that requires a second factor opens to nobody without one, from the day it said."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from platform_core.audit.models import AuditEvent
from platform_core.identity.models import Authenticator
from platform_core.kits.tenancy.scope import tenant
from platform_core.organizations.models import Organization
from tests.factories.factors import code_of, make_authenticator, sign_in_verified
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_member, make_organization
from tests.platform_core.identity.conftest import give_password, with_password

PAGE = "/orgs/andina/settings/sign-in/"


@pytest.fixture
def owner(client, ana):
    sign_in_verified(client, ana)
    return client


def require(days):
    Organization.objects.update(factor_required_from=timezone.now() + datetime.timedelta(days=days))


def test_the_page_lists_who_would_be_shut_out(owner, andina):
    make_member(andina, "tomas@andina.example", "viewer")
    make_authenticator(make_member(andina, "marta@andina.example"))
    make_authenticator(make_member(andina, "sofia@andina.example"), confirmed=False)

    page = owner.get(PAGE).content.decode()

    assert "2 members would be shut out" in page
    assert "tomas@andina.example" in page
    assert "sofia@andina.example" in page
    assert "marta@andina.example" not in page


def test_requiring_is_audited_with_before_and_after(owner, andina, ana):
    answer = owner.post(PAGE, {"required": "yes", "grace_days": "7"})

    assert answer.status_code == 302
    since = Organization.objects.get().factor_required_from
    assert datetime.timedelta(days=6) < since - timezone.now() <= datetime.timedelta(days=7)
    with tenant(andina.pk):
        event = AuditEvent.objects.get(action="organization.second_factor")
    assert (event.actor_id, event.changes["factor_required_from"][0]) == (ana.pk, None)
    owner.post(PAGE, {"required": "no", "grace_days": "0"})
    assert Organization.objects.get().factor_required_from is None


@pytest.mark.parametrize(
    "sent",
    [{}, {"required": "maybe", "grace_days": "7"}, {"required": "yes", "grace_days": "5"}, {"required": "yes"}],
)
def test_what_cannot_be_is_refused(owner, sent):
    assert owner.post(PAGE, sent).status_code == 422
    assert Organization.objects.get().factor_required_from is None


def test_nobody_requires_what_they_have_not_got(client, ana):
    client.force_login(ana)

    answer = client.post(PAGE, {"required": "yes", "grace_days": "0"})

    assert answer.status_code == 422
    assert "you would shut yourself out" in answer.content.decode()
    assert Organization.objects.get().factor_required_from is None


@pytest.mark.parametrize("role", ["editor", "viewer"])
def test_who_does_not_manage_the_organization_changes_nothing(client, andina, role):
    client.force_login(make_member(andina, "tomas@andina.example", role))

    assert client.post(PAGE, {"required": "yes", "grace_days": "0"}).status_code == 403
    assert Organization.objects.get().factor_required_from is None


def test_an_open_session_without_a_factor_is_shut_out_by_page_and_api(client, ana):
    client.force_login(ana)
    require(-1)

    for path in ("/orgs/andina/members/", "/orgs/andina/docuai/runs/", "/orgs/andina/settings/"):
        assert client.get(path)["Location"].startswith("/me/security/required/andina/")
    answer = client.get("/api/v1/orgs/andina/")
    assert (answer.status_code, answer.json()["code"]) == (403, "factor_required")
    page = client.get("/me/security/required/andina/?next=/orgs/andina/members/")
    assert (page.status_code, "/me/security/factors/new/" in page.content.decode()) == (403, True)


def test_adding_a_factor_opens_the_organization(client, ana):
    client.force_login(ana)
    require(-1)
    client.get("/me/security/factors/new/")

    client.post("/me/security/factors/new/", {"code": code_of(Authenticator.objects.get())})

    assert client.get("/orgs/andina/members/").status_code == 200


def test_an_organization_that_requires_nothing_stays_open_to_the_same_session(client, ana):
    norte = make_organization("norte")
    Organization.objects.filter(slug="andina").update(factor_required_from=timezone.now())
    member = make_member(norte, "nora@norte.example")
    client.force_login(member)

    assert client.get("/orgs/norte/members/").status_code == 200


def test_keys_go_on_working(client, andina):
    _key, secret = make_key(andina)
    require(-1)

    assert client.get("/api/v1/orgs/andina/", headers=bearer(secret)).status_code == 200


def test_signing_in_enrolls_when_the_grace_period_is_over(client, ana):
    require(-1)

    assert give_password(client, ana)["Location"] == "/accounts/factor/enroll/"

    assert "Andina requires one" in client.get("/accounts/factor/enroll/").content.decode()
    assert client.get("/me/").status_code == 302


def test_while_the_grace_period_runs_people_get_in_and_are_told(client, ana):
    require(7)

    assert give_password(client, ana)["Location"] == "/"

    assert client.get("/orgs/andina/members/").status_code == 200
    assert "Andina requires a second factor. Add one before" in client.get("/me/security/").content.decode()


def test_a_trusted_device_counts_and_a_stranger_learns_nothing(client, ana, andina):
    device = make_authenticator(ana)
    give_password(client, ana)
    client.post("/accounts/factor/", {"code": code_of(device), "trust": "1"})
    client.post("/accounts/logout/")
    give_password(client, ana)
    require(-1)
    assert client.get("/orgs/andina/members/").status_code == 200
    stranger = Client()
    give_password(stranger, with_password(make_member(make_organization("norte"), "nora@norte.example")))

    assert stranger.get("/me/security/required/andina/").status_code in (302, 404)
