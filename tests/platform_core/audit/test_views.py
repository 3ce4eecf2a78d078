"""Who looked at personal data or took it away is written down, with how many; a page that is read again is one look."""

import pytest
from django.test import Client

from platform_core.audit.models import AuditEvent
from platform_core.audit.services import audit_view
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Organization
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_member, make_organization
from tests.security.cast import make_cast


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


def looks(organization, action):
    with tenant(organization.pk):
        rows = AuditEvent.objects.filter(action=action).order_by("at")
        return [(row.actor_kind, row.changes["people"][1]) for row in rows]


def test_the_list_of_members_is_one_look_in_ten_minutes_a_person(andina):
    ana, eva = make_member(andina, "ana@andina.example"), make_member(andina, "eva@andina.example", "viewer")
    for person in (ana, ana, eva, ana):
        client = Client()
        client.force_login(person)
        assert client.get("/orgs/andina/members/").status_code == 200

    assert looks(andina, "members.view") == [("person", 2), ("person", 2)]


def test_a_key_that_lists_members_is_written_down_as_the_key(andina):
    make_member(andina, "ana@andina.example")
    key, secret = make_key(andina)

    Client().get("/api/v1/orgs/andina/members/", headers=bearer(secret))

    assert looks(andina, "members.view") == [("key", 1)]
    with tenant(andina.pk):
        assert AuditEvent.objects.get(action="members.view").key_id == key.pk


def test_looks_at_different_objects_are_different_looks(andina):
    ana = make_member(andina, "ana@andina.example")
    with tenant(andina.pk):
        for target in (andina, ana, andina):
            audit_view(action="x.look", organization_id=andina.pk, actor=ana, count=1, target=target, throttled=True)

    assert looks(andina, "x.look") == [("person", 1), ("person", 1)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("address", "action"),
    [
        ("archive/", "docuai.run.archive"),
        ("manifest/", "docuai.run.manifest"),
        ("rows/1/document/", "docuai.document.download"),
    ],
)
def test_each_download_of_a_run_is_written_down_and_its_ranges_are_one(address, action):
    cast = make_cast()
    path = f"/orgs/andina/docuai/runs/{cast.values['number']}/{address}"
    andina = Organization.objects.get(slug="andina")
    assert looks(andina, action) == []

    for headers in ({}, {"Range": "bytes=0-9"}, {"Range": "bytes=10-19"}):
        answer = cast.owner.get(path, headers=headers)
        assert answer.status_code in (200, 206), path
        b"".join(answer.streaming_content) if answer.streaming else answer.content
    cast.owner.head(path)

    assert looks(andina, action) == [("person", 1), ("person", 1)]
