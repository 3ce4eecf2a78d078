"""Sealing: every event once, in commit order, whatever runs beside it; the alarm when it falls behind."""

import datetime
import logging
import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from platform_core.audit.models import AuditEvent
from platform_core.audit.services import audit
from platform_core.evidence import periodic, sealing
from platform_core.evidence.models import AuditPending, AuditSeal
from platform_core.kits.tenancy.scope import service, tenant, unscoped
from tests.factories.organizations import make_organization
from tests.settling import settle

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with unscoped():
        yield


@pytest.fixture
def andina():
    return make_organization("andina")


def write(organization, *labels):
    with tenant(organization.pk):
        return [audit(action="organization.rename", target_label=label) for label in labels]


def seal():
    settle()
    with service("test"):
        return sealing.seal_batch()


def sealed(organization):
    with tenant(organization.pk):
        return list(AuditSeal.objects.order_by("sequence"))


def test_a_written_event_waits_in_the_queue_until_it_is_sealed(andina):
    (event,) = write(andina, "A")

    with tenant(andina.pk):
        assert [pending.event_id for pending in AuditPending.objects.all()] == [event.pk]
    assert seal() == 1

    with tenant(andina.pk):
        assert not AuditPending.objects.exists()
    assert [(link.pk, link.sequence) for link in sealed(andina)] == [(event.pk, 1)]


def test_each_organization_has_a_chain_of_its_own(andina):
    norte = make_organization("norte")
    a, b = write(andina, "A"), write(norte, "B")
    c = write(andina, "C")
    seal()

    assert [(link.pk, link.sequence) for link in sealed(andina)] == [(a[0].pk, 1), (c[0].pk, 2)]
    assert [(link.pk, link.sequence) for link in sealed(norte)] == [(b[0].pk, 1)]
    first, second = sealed(andina)
    assert (bytes(first.previous_hash), bytes(second.previous_hash)) == (bytes(32), bytes(first.seal_hash))


def test_an_event_written_by_raw_sql_is_sealed_too(andina):
    with tenant(andina.pk), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO platform_core_auditevent (id, organization_id, at, actor_kind, action, outcome, target_type,"
            " target_id, target_label, changes, request_id, user_agent)"
            " VALUES (gen_random_uuid(), %s, now(), 'system', 'x.y', 'done', '', '', '', '{}', '', '')",
            [andina.pk],
        )

    assert seal() == 1
    assert len(sealed(andina)) == 1


def test_what_began_before_and_commits_after_is_neither_lost_nor_overtaken(andina):
    begun, may_commit, done = threading.Event(), threading.Event(), threading.Event()

    def early():
        with unscoped(), tenant(andina.pk), transaction.atomic():
            audit(action="organization.rename", target_label="early")
            begun.set()
            may_commit.wait(10)
        connection.close()
        done.set()

    thread = threading.Thread(target=early)
    thread.start()
    begun.wait(10)
    (late,) = write(andina, "late")

    with service("test"):
        assert sealing.seal_batch() == 0, "an older transaction still runs: its event must come first"
    may_commit.set()
    done.wait(10)
    thread.join()
    assert seal() == 2

    with tenant(andina.pk):
        early_id = AuditEvent.objects.get(target_label="early").pk
    assert [link.pk for link in sealed(andina)] == [early_id, late.pk]


def test_events_of_a_restored_dump_are_settled_although_their_counter_is_ahead(andina):
    (event,) = write(andina, "from the other cluster")
    with service("test"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM platform_core_auditpending")
        cursor.execute(
            "INSERT INTO platform_core_auditpending (organization_id, event_id, transaction_id, cluster_id, noted_at)"
            " VALUES (%s, %s, 9000000000, 42, now())",
            [andina.pk, event.pk],
        )

    assert seal() == 1


def test_of_two_sealers_the_second_does_nothing(andina):
    write(andina, "A")
    found = []

    def second():
        with unscoped(), service("test"):
            found.append(sealing.seal_batch())
        connection.close()

    settle()
    with service("test"), transaction.atomic():
        assert sealing.seal_batch() == 1
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()

    assert found == [0]
    assert len(sealed(andina)) == 1


def test_an_event_queued_twice_is_sealed_once_and_stops_nobody(andina):
    (first,) = write(andina, "A")
    seal()
    with service("test"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO platform_core_auditpending (organization_id, event_id, transaction_id, cluster_id, noted_at)"
            " VALUES (%s, %s, 1, 42, now())",
            [andina.pk, first.pk],
        )
    (second,) = write(andina, "B")

    assert seal() == 2
    assert [link.pk for link in sealed(andina)] == [first.pk, second.pk]


def test_the_clock_seals_all_and_is_silent_when_it_keeps_up(andina, caplog):
    write(andina, *"ABC")

    settle()
    with caplog.at_level(logging.ERROR):
        assert periodic.seal_audit() == 3

    assert caplog.records == []


def test_five_minutes_behind_raises_the_alarm(andina, caplog):
    write(andina, "A")
    with service("test"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO platform_core_auditpending (organization_id, event_id, transaction_id, cluster_id, noted_at)"
            " SELECT organization_id, gen_random_uuid(), 9223372036854775806, cluster_id, now() - interval '6 minutes'"
            " FROM platform_core_auditpending"
        )

    with caplog.at_level(logging.ERROR):
        periodic.seal_audit()

    (record,) = caplog.records
    assert record.getMessage() == "audit.sealing_lags"
    assert 360 <= record.seconds < 420


@pytest.mark.parametrize("table", ["platform_core_auditseal", "platform_core_rowhistory"])
@pytest.mark.parametrize("role", ["app", "service"])
def test_neither_app_nor_service_may_change_or_remove_seals_and_history(andina, table, role):
    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table}"):
        scope = tenant(andina.pk) if role == "app" else service("test")
        with scope, pytest.raises(Exception, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_app_may_not_empty_the_queue(andina):
    with tenant(andina.pk), pytest.raises(Exception, match="permission denied"):
        AuditPending.objects.all()._raw_delete("default")


def test_the_time_of_the_seal_is_the_databases(andina):
    write(andina, "A")
    seal()

    (link,) = sealed(andina)
    assert abs(link.sealed_at - timezone.now()) < datetime.timedelta(minutes=1)
    assert link.noted_at <= link.sealed_at
