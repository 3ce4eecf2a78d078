"""The history of rows that decide who may do what: written by the database, raw SQL too, and told to the log."""

import pytest
from django.test import Client

from platform_core.access.models import ApiKey
from platform_core.audit.models import AuditEvent
from platform_core.evidence import periodic
from platform_core.evidence.models import RowHistory
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Membership
from tests.factories.keys import make_key
from tests.factories.organizations import make_member, make_organization
from tests.factories.seals import superuser

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with unscoped():
        yield


@pytest.fixture
def andina():
    return make_organization("andina")


def history(organization, **narrowed):
    with tenant(organization.pk):
        return list(RowHistory.objects.filter(**narrowed).order_by("at"))


def raw(statement, *values):
    with superuser() as db:
        db.execute(statement, values)


def test_each_change_of_a_membership_is_noted_with_before_and_after(andina):
    user = make_member(andina, "ana@andina.example", "viewer")
    with tenant(andina.pk, user_id=user.pk):
        Membership.objects.filter(user=user).update(role="editor")
        Membership.objects.filter(user=user).delete()

    found = history(andina, table="platform_core_membership")
    assert [(row.operation, (row.old or {}).get("role"), (row.new or {}).get("role")) for row in found] == [
        ("INSERT", None, "viewer"),
        ("UPDATE", "viewer", "editor"),
        ("DELETE", "editor", None),
    ]
    assert [(row.actor_id, row.database_role) for row in found[1:]] == [(user.pk, "portfolio_app")] * 2


def test_a_key_is_noted_without_its_secret(andina):
    key, secret = make_key(andina)

    (row,) = history(andina, table="platform_core_apikey")
    assert "secret_hash" not in row.new
    assert row.new["name"] == "Payroll"
    with tenant(andina.pk):
        assert ApiKey.objects.get().secret_hash not in str(row.new)
    assert secret not in str(row.new)


def test_a_secret_that_is_exchanged_is_noted_although_its_hash_is_not(andina):
    make_key(andina)
    raw("UPDATE platform_core_apikey SET secret_hash = repeat('0', 64)")

    (_, row) = history(andina, table="platform_core_apikey")
    assert (row.operation, row.old) == ("UPDATE", row.new)


def test_when_somebody_was_last_seen_is_not_worth_a_line(andina):
    make_member(andina, "ana@andina.example")
    key, _ = make_key(andina)
    with tenant(andina.pk):
        Membership.objects.update(last_seen_at="2026-11-24T00:00:00Z")
        ApiKey.objects.update(last_used_at="2026-11-24T00:00:00Z")

    assert [row.operation for row in history(andina)] == ["INSERT", "INSERT"]


def test_raw_sql_of_a_superuser_is_noted_and_told_to_the_log_once(andina):
    make_member(andina, "ana@andina.example", "viewer")
    raw("UPDATE platform_core_membership SET role = 'owner'")

    periodic.sign_audit()
    periodic.sign_audit()

    (_, row) = history(andina)
    assert (row.database_role, row.actor_id) == ("postgres", None)
    with tenant(andina.pk):
        (event,) = AuditEvent.objects.filter(action="row.outside")
    assert (event.target_id, event.target_label, event.changes) == (
        str(row.pk),
        "membership",
        {"role": ["viewer", "owner"]},
    )


def test_the_page_shows_the_history_in_an_events_details(andina):
    ana = make_member(andina, "ana@andina.example", "owner")
    client = Client()
    client.force_login(ana)
    raw("UPDATE platform_core_membership SET role = 'admin'")
    periodic.sign_audit()
    with tenant(andina.pk):
        event = AuditEvent.objects.get(action="row.outside")

    page = client.get(f"/orgs/andina/audit/?open={event.pk}").content.decode()

    assert "Changed access past the platform, in the database" in page
    assert "History of the row, noted by the database itself" in page
    assert '<dd class="mono break">postgres</dd>' in page


def test_another_organization_sees_none_of_it(andina):
    norte = make_organization("norte")
    make_member(andina, "ana@andina.example")

    assert history(norte) == []
