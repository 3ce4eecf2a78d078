"""SMS as a channel: for whoever asked for it and proved a number; capped by the plan; in the log."""

from datetime import time

import pytest
from django.urls import reverse
from django.utils import timezone

from platform_core.kits.tenancy.scope import tenant
from platform_core.notifications import services
from platform_core.notifications.models import NotificationPreference, NotificationSchedule
from platform_core.notifications.services import PreferenceError, choose
from platform_core.organizations.models import PlanLimit
from platform_core.sms.models import MobileNumber, OutgoingSms

PARKED = "platform_core.job.parked"


@pytest.fixture(autouse=True)
def gateway(settings):
    settings.SMS = {"url": "http://127.0.0.1:9/", "authorization": "", "sender": "Andina", "repeats": False}


@pytest.fixture
def by_sms(marta):
    """Marta has a number and wants this by SMS alone."""
    MobileNumber.objects.create(user=marta, number="+34600111222", verified_at=timezone.now())
    choose(actor=marta, wanted={(PARKED, "sms"): True, (PARKED, "mail"): False})
    return marta


@pytest.fixture
def messages():
    def go(organization):
        with tenant(organization.pk):
            return list(OutgoingSms.objects.order_by("id"))

    return go


def test_it_goes_by_sms_once_to_whoever_ticked_it(andina, by_sms, job_of, happen, deliver, mails, messages, deliveries):
    happen(andina, "job.parked", job_id=job_of(by_sms).pk)

    assert (deliver(), deliver()) == (1, 0)

    (sms,) = messages(andina)
    assert (sms.to_number, sms.text.startswith('Andina: "Certificates" needs attention')) == ("+34600111222", True)
    assert (sms.segments, mails(andina)) == (1, [])
    assert [(one.channel, one.state, one.sms_id) for one in deliveries(andina)] == [("sms", "handed", sms.pk)]


def test_nobody_gets_sms_who_has_not_ticked_it(andina, marta, job_of, happen, deliver, messages):
    MobileNumber.objects.create(user=marta, number="+34600111222", verified_at=timezone.now())

    happen(andina, "job.parked", job_id=job_of(marta).pk)

    assert (deliver(), messages(andina)) == (1, [])


def test_a_plan_that_is_used_up_leaves_it_out_and_says_so(andina, by_sms, job_of, happen, deliver, client, messages):
    with tenant(andina.pk):
        PlanLimit.objects.create(organization=andina, name="sms", value=1)
    happen(andina, "job.parked", job_id=job_of(by_sms, "First").pk)
    happen(andina, "job.parked", job_id=job_of(by_sms, "Second").pk)

    assert deliver() == 1

    client.force_login(by_sms)
    log = client.get(reverse("notification-log", args=["andina"])).content.decode()
    assert "Capped: the month’s text messages are used up" in log
    found = client.get("/api/v1/orgs/andina/notifications/?state=left_out").json()["results"]
    assert [(one["channel"], one["reason"]) for one in found] == [("sms", "capped")]
    assert len(messages(andina)) == 1


def test_a_number_that_was_removed_meanwhile_gets_nothing(andina, by_sms, job_of, happen, deliver, deliveries):
    happen(andina, "job.parked", job_id=job_of(by_sms).pk)
    MobileNumber.objects.all().delete()

    assert deliver() == 0

    assert [(one.state, one.reason) for one in deliveries(andina)] == [("left_out", "no_number")]


def test_the_digest_holds_mail_but_quiet_hours_hold_both(andina, by_sms, job_of, happen, deliveries):
    choose(actor=by_sms, wanted={(PARKED, "mail"): True})
    NotificationSchedule.objects.create(user=by_sms, digest="daily")
    happen(andina, "job.parked", job_id=job_of(by_sms).pk)
    assert {one.channel: one.held for one in deliveries(andina)} == {"mail": "digest", "sms": ""}

    NotificationSchedule.objects.update(digest="off", quiet_from=time(0), quiet_until=time(23, 59))
    by_sms.time_zone = "UTC"
    happen(andina, "job.parked", job_id=job_of(by_sms, "Second").pk)
    held = {one.held for one in deliveries(andina)[2:]}
    assert held == ({"quiet"} if timezone.now().time() < time(23, 59) else {""})


def test_what_quiet_hours_held_goes_as_one_message_a_channel(andina, by_sms, job_of, happen, deliver, mails, messages):
    choose(actor=by_sms, wanted={(PARKED, "mail"): True})
    NotificationSchedule.objects.create(user=by_sms, quiet_from=time(0), quiet_until=time(23, 59))
    for title in ("First", "Second"):
        happen(andina, "job.parked", job_id=job_of(by_sms, title).pk)

    assert deliver() == 2

    assert [one.subject for one in mails(andina)] == ["2 notifications from Andina"]
    assert messages(andina)[0].text.startswith("2 notifications from Andina http")


def test_the_column_is_there_once_the_number_is_verified(client, marta):
    client.force_login(marta)
    url = reverse("notification-preferences")
    page = client.get(url).content.decode()
    assert (f'value="{PARKED}:sms"' in page, "Verify your mobile number" in page) == (False, True)

    MobileNumber.objects.create(user=marta, number="+34600111222", verified_at=timezone.now())
    page = client.get(url).content.decode()

    assert (f'value="{PARKED}:sms"' in page, "Verify your mobile number" in page) == (True, False)
    client.post(url, {"on": [f"{PARKED}:sms"], "digest": "off", "digest_hour": "8"})
    assert NotificationPreference.objects.filter(user=marta, kind=PARKED, channel="sms", is_on=True).count() == 1


def test_without_a_number_sms_is_refused_by_service_and_api(client, marta):
    with pytest.raises(PreferenceError, match="Verify a mobile number"):
        services.choose(actor=marta, wanted={(PARKED, "sms"): True})
    client.force_login(marta)

    answer = client.patch(
        "/api/v1/me/notification-preferences/",
        {"kinds": [{"kind": PARKED, "channel": "sms", "is_on": True}]},
        content_type="application/json",
    )

    assert answer.status_code == 422
    assert not NotificationPreference.objects.filter(user=marta).exists()
    channels = {row["channel"] for row in client.get("/api/v1/me/notification-preferences/").json()["kinds"]}
    assert channels == {"inbox", "mail"}
