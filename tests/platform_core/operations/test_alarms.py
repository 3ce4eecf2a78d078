"""Alarms: staff are told once when sealing falls behind and once when it is over; what staff do to all is written down."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from platform_core.audit.models import AuditEvent
from platform_core.audit.services import audit
from platform_core.evidence.models import AuditPending
from platform_core.kits.tenancy.scope import service, tenant
from platform_core.operations import alarms, services
from platform_core.operations.models import Alarm, StaffEvent

PAUSE = {"scope": "queue", "name": "mail", "reason_en": "The provider is down.", "reason_es": "El proveedor falla."}


@pytest.fixture
def late(andina, elena):
    """An event has waited for its seal for six minutes."""
    with tenant(andina.pk):
        audit(action="organization.rename", target=andina, organization_id=andina.pk)
    age(timedelta(minutes=6))


def age(by):
    """The row as it would stand had it waited: it can be deleted and written, not changed."""
    with service("the test turns the clock"):
        for row in list(AuditPending.objects.all()):
            AuditPending.objects.filter(pk=row.pk).delete()
            row.noted_at = timezone.now() - by
            row.save(force_insert=True)


def seal():
    with service("the test seals"):
        AuditPending.objects.all().delete()


def test_staff_are_told_once_when_sealing_lags_and_once_when_it_is_over(late, elena):
    assert (alarms.watch(), alarms.watch()) == (1, 1)
    (told,) = mail.outbox
    assert (told.to, told.subject) == (["elena@portfolio.example"], "Alarm: Sealing the audit log is late")
    assert "For 6 minutes now." in told.body

    seal()
    assert (alarms.watch(), alarms.watch()) == (0, 0)

    assert [message.subject for message in mail.outbox[1:]] == ["Over: Sealing the audit log is late"]
    alarm = Alarm.objects.get()
    assert (alarm.told, alarm.seconds // 60, alarm.cleared_at is None) == (1, 6, False)


def test_less_than_five_minutes_are_no_alarm(andina, elena):
    with tenant(andina.pk):
        audit(action="organization.rename", target=andina, organization_id=andina.pk)
    age(timedelta(seconds=290))

    assert (alarms.watch(), mail.outbox, Alarm.objects.count()) == (0, [], 0)


def test_a_mail_server_that_is_away_is_tried_again_with_the_next_look(late, settings):
    here = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert alarms.watch() == 1
    assert Alarm.objects.get().told == 0
    settings.EMAIL_BACKEND = here

    alarms.watch()

    assert (Alarm.objects.get().told, len(mail.outbox)) == (1, 1)


def test_an_open_alarm_stands_in_the_staff_admin_and_in_the_metrics(late, staff):
    alarms.watch()

    index = staff.get(reverse("admin:index")).content.decode()
    listed = staff.get(reverse("admin:platform_core_alarm_changelist")).content.decode()
    (metric,) = alarms.metrics()

    assert "Sealing the audit log is late" in index
    assert "audit.sealing" in listed
    assert [(sample.labels["name"], sample.value) for sample in metric.samples] == [("audit.sealing", 1.0)]


def test_the_audit_page_says_how_far_sealing_is(late, client, owner):
    client.force_login(owner)

    page = client.get("/orgs/andina/audit/").content.decode()
    assert "1 event waits for its seal, for 6 minutes." in page
    seal()

    assert "Every event is sealed." in client.get("/orgs/andina/audit/").content.decode()


def test_a_pause_of_the_whole_platform_is_written_down_for_good(elena, staff):
    pause = services.pause_work(actor=elena, **PAUSE)
    services.lift_pause(actor=elena, pause=pause)

    found = list(StaffEvent.objects.order_by("id").values_list("action", "staff_id", "label", "changes"))
    assert found == [
        ("platform.pause", elena.pk, "The provider is down.", {"paused": [None, "mail"]}),
        ("platform.resume", elena.pk, "The provider is down.", {"paused": ["mail", None]}),
    ]
    assert "The provider is down." in staff.get(reverse("admin:platform_core_staffevent_changelist")).content.decode()
    for change in (StaffEvent.objects.all().delete, lambda: StaffEvent.objects.update(label="x")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_pause_of_one_organization_stands_in_its_own_log(andina, elena):
    with tenant(andina.pk):
        services.pause_work(actor=elena, organization=andina, **{**PAUSE, "scope": "organization", "name": ""})

        assert AuditEvent.objects.filter(action="platform.pause").count() == 1
    assert StaffEvent.objects.count() == 0


def test_a_notice_to_everybody_is_written_down(elena):
    now = timezone.now()
    notice = services.publish_notice(
        actor=elena,
        level="info",
        text_en="Work on Sunday.",
        text_es="Trabajo el domingo.",
        starts_at=now - timedelta(minutes=1),
        ends_at=now + timedelta(hours=1),
    )
    services.end_notice(actor=elena, notice=notice)

    assert list(StaffEvent.objects.order_by("id").values_list("action", flat=True)) == [
        "platform.notice",
        "platform.notice_end",
    ]


def test_the_audit_page_names_permissions_by_what_they_allow(andina, client, owner):
    changes = {"scopes": [[], ["platform_core.job.view"]], "permissions": [["gone.permission"], []]}
    with tenant(andina.pk):
        event = audit(action="key.created", target=andina, organization_id=andina.pk, changes=changes)
    client.force_login(owner)

    page = client.get(f"/orgs/andina/audit/?open={event.pk}").content.decode()

    assert ("See jobs" in page, "gone.permission" in page, "platform_core.job.view" in page) == (True, True, False)
