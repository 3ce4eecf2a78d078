"""Making an organization and setting it up."""

import pytest
from django.test import Client

from platform_core.audit.models import AuditEvent
from platform_core.events.models import OutboxEvent
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Membership, Organization
from tests.platform_core.organizations.conftest import make_account

pytestmark = pytest.mark.django_db
SETTINGS = "/orgs/andina/settings/"
GIVEN = {"name": "Universidad Andina", "language": "es", "region": "PE", "time_zone": "America/Lima"}


@pytest.fixture
def client(db):
    client = Client()
    client.force_login(make_account("ana@new.example"))
    return client


def found(client, name):
    return client.post("/me/organizations/new/", {"name": name})


def test_whoever_makes_an_organization_owns_it(client):
    assert found(client, "  Diseño Ñandú S.L. ")["Location"] == "/?in=diseno-nandu-sl"

    organization = Organization.objects.get(slug="diseno-nandu-sl")
    assert organization.name == "Diseño Ñandú S.L."
    with unscoped(), tenant(organization.pk):
        assert list(Membership.objects.values_list("user__email", "role")) == [("ana@new.example", "owner")]
        assert [e.action for e in AuditEvent.objects.all()] == ["organization.create"]
        assert [e.type for e in OutboxEvent.objects.all()] == ["organization.created"]


def test_two_of_one_name_get_two_addresses(client):
    found(client, "Same")
    second = found(client, "Same")["Location"]
    assert second.startswith("/?in=same-")
    assert Organization.objects.filter(name="Same").count() == 2


def test_a_name_without_latin_letters_gets_an_address_all_the_same(client):
    assert found(client, "王芳大学")["Location"].startswith("/?in=organization")


@pytest.mark.parametrize("name", ["", " ", "x", "y" * 121, "a\x00b"])
def test_a_bad_name_makes_nothing(client, name):
    assert found(client, name).status_code == 422
    assert Organization.objects.count() == 0


def test_whoever_belongs_nowhere_is_offered_to_make_one(client):
    page = client.get("/").content.decode()
    assert "You belong to no organization yet" in page
    assert "/me/organizations/new/" in page


def test_signed_out_one_signs_in_first():
    assert Client().get("/me/organizations/new/").status_code == 302


def test_an_admin_renames_and_sets_defaults(cast):
    cast.client(cast.admin).post(SETTINGS, GIVEN)

    cast.andina.refresh_from_db()
    assert (cast.andina.name, cast.andina.slug) == ("Universidad Andina", "andina")
    assert (cast.andina.default_language, cast.andina.region, cast.andina.time_zone) == ("es", "PE", "America/Lima")
    with unscoped(), tenant(cast.andina.pk):
        changes = {e.action: e.changes for e in AuditEvent.objects.all()}
    assert changes["organization.rename"] == {"name": ["Andina", "Universidad Andina"]}
    assert changes["organization.defaults"]["region"] == ["", "PE"]


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"language": "xx"}, {"region": "XX1"}, {"time_zone": "Mars/Olympus"}, {"time_zone": "../etc"}],
)
def test_bad_settings_change_nothing(cast, wrong):
    assert cast.client(cast.owner).post(SETTINGS, GIVEN | wrong).status_code == 422
    cast.andina.refresh_from_db()
    assert cast.andina.name == "Andina"


@pytest.mark.parametrize(("who", "status"), [("editor", 403), ("viewer", 403), ("outsider", 404)])
def test_who_may_not_change_settings(cast, who, status):
    assert cast.client(getattr(cast, who)).post(SETTINGS, GIVEN).status_code == status
    cast.andina.refresh_from_db()
    assert cast.andina.name == "Andina"


def test_every_member_sees_limits_and_usage(cast):
    page = cast.client(cast.viewer).get(SETTINGS).content.decode()
    assert "4 of 25" in page
    assert "Save changes" not in page
    assert "Hand the organization over" not in page
    assert "Hand the organization over" in cast.client(cast.owner).get(SETTINGS).content.decode()
