"""From the outbox to inboxes and mails: who is told, once, by what they chose."""

from datetime import time
from uuid import uuid4

import pytest
from django.db import transaction

from platform_core.events.services import emit
from platform_core.kits.tenancy.scope import person, service, tenant
from platform_core.mail.services import suppress
from platform_core.notifications import services
from platform_core.notifications.gathering import tell
from platform_core.notifications.models import Notification, NotificationSchedule
from platform_core.notifications.registry import KINDS, Kind, NoTextError, Text, check_texts, register_kind
from platform_core.organizations.models import OrganizationBrand
from tests.factories.organizations import make_member, make_organization

PARKED = "platform_core.job.parked"


def test_whoever_began_a_job_is_told_and_nobody_else(andina, marta, ana, job_of, happen, box):
    job = job_of(ana)

    happen(andina, "job.parked", job_id=job.pk)

    (told,) = box(ana)
    assert (told.kind, told.facts) == (PARKED, {"job_id": str(job.pk), "title": "Certificates"})
    assert box(marta) == []


def test_an_event_that_cannot_be_read_stops_nobody_elses_news(andina, marta, job_of, happen, box):
    happen(andina, "docuai.run.finished", total=3)

    happen(andina, "job.parked", job_id=job_of(marta).pk)

    assert [note.kind for note in box(marta)] == [PARKED]


def test_a_new_member_is_news_to_those_who_look_after_members(andina, marta, ana, happen, box):
    happen(andina, "member.joined", membership_id=uuid4(), user_id=ana.pk)

    (told,) = box(marta)
    assert (told.kind, told.about_id) == ("platform_core.member.joined", ana.pk)
    assert box(ana) == []


def test_the_same_event_read_again_tells_nobody_twice(andina, marta, job_of, happen, box, deliveries):
    event = happen(andina, "job.parked", job_id=job_of(marta).pk)

    with service("the test reads"):
        tell([event])

    assert (len(box(marta)), len(deliveries(andina))) == (1, 1)


def test_a_reader_that_dies_before_its_commit_has_told_nothing(andina, marta, job_of, box, deliveries):
    job = job_of(marta)
    with service("the test reads"):
        event = emit(type="job.parked", organization_id=andina.pk, payload={"job_id": str(job.pk)})

        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            tell([event])
            raise KeyboardInterrupt
        assert (box(marta), deliveries(andina)) == ([], [])
        tell([event])

    assert (len(box(marta)), len(deliveries(andina))) == (1, 1)


def test_people_of_another_organization_are_told_nothing_and_see_nothing(andina, marta, job_of, happen, box):
    norte = make_organization("norte")
    nora = make_member(norte, "nora@norte.example", "owner")

    happen(andina, "job.parked", job_id=job_of(marta).pk)

    assert box(nora) == []
    with person(nora.pk):
        assert Notification.objects.count() == 0
    with tenant(norte.pk):
        assert Notification.objects.count() == 0


def test_an_account_that_is_closed_is_told_nothing(andina, marta, job_of, happen, box):
    marta.is_active = False
    marta.save()

    happen(andina, "job.parked", job_id=job_of(marta).pk)

    assert box(marta) == []


def test_a_mail_goes_once_in_the_persons_language(andina, marta, job_of, happen, deliver, mails, deliveries):
    happen(andina, "job.parked", job_id=job_of(marta).pk)

    assert (deliver(), deliver()) == (1, 0)

    (mail,) = mails(andina)
    assert (mail.to_address, mail.subject) == ("marta@andina.example", "“Certificates” needs attention")
    assert f"/orgs/andina/jobs/{job_id(mail)}/" in mail.text_body
    assert [(one.state, one.mail_id) for one in deliveries(andina)] == [("handed", mail.pk)]


def job_id(mail):
    return mail.text_body.split("/jobs/")[1].split("/")[0]


def test_what_waits_for_the_digest_goes_as_one_mail(andina, marta, job_of, happen, deliver, mails):
    NotificationSchedule.objects.create(user=marta, digest="daily")
    for title in ("First", "Second", "Third"):
        happen(andina, "job.parked", job_id=job_of(marta, title).pk)

    assert deliver() == 1

    (mail,) = mails(andina)
    assert mail.subject == "3 notifications from Andina"
    places = [mail.text_body.index(f"“{title}” needs attention") for title in ("First", "Second", "Third")]
    assert places == sorted(places)


def test_security_is_not_held_back_where_its_mail_is_mandatory(andina, marta, ana, happen, deliveries):
    NotificationSchedule.objects.create(user=ana, digest="weekly", quiet_from=time(0), quiet_until=time(23, 59))

    happen(andina, "member.remove", membership_id=uuid4(), user_id=ana.pk)

    assert [(one.held, one.state) for one in deliveries(andina)] == [("", "waiting")]


def test_a_channel_that_is_off_stays_silent(andina, marta, job_of, happen, box, deliveries):
    services.choose(actor=marta, wanted={(PARKED, "mail"): False})
    happen(andina, "job.parked", job_id=job_of(marta).pk)
    assert ([one.in_inbox for one in box(marta)], deliveries(andina)) == ([True], [])

    services.choose(actor=marta, wanted={(PARKED, "inbox"): False})
    happen(andina, "job.parked", job_id=job_of(marta).pk)
    assert len(box(marta)) == 1


def test_a_mail_switched_off_while_it_waits_does_not_go(andina, marta, job_of, happen, deliver, mails, deliveries):
    happen(andina, "job.parked", job_id=job_of(marta).pk)
    services.choose(actor=marta, wanted={(PARKED, "mail"): False})

    assert deliver() == 0

    assert mails(andina) == []
    assert [(one.state, one.reason) for one in deliveries(andina)] == [("left_out", "switched_off")]


def test_what_is_mandatory_cannot_be_switched_off(andina, marta, happen, box):
    with pytest.raises(services.PreferenceError, match="cannot be switched off"):
        services.choose(actor=marta, wanted={("platform_core.member.removed", "inbox"): False, (PARKED, "mail"): False})

    assert not NotificationSchedule.objects.exists()
    happen(andina, "member.remove", membership_id=uuid4(), user_id=marta.pk)
    assert len(box(marta)) == 1


def test_a_suppressed_address_gets_the_inbox_and_no_mail(andina, marta, job_of, happen, box, deliver, mails):
    with tenant(andina.pk):
        suppress(organization_id=andina.pk, address=marta.email, reason="bounced", actor=None)
    happen(andina, "job.parked", job_id=job_of(marta).pk)

    deliver()

    assert len(box(marta)) == 1
    assert [mail.state for mail in mails(andina)] == ["queued"]  # mail leaves it out at hand-over


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_has_words(name):
    assert check_texts(KINDS[name]).title


def test_a_kind_without_words_or_declared_twice_is_refused():
    silent = Kind("test.silent", "Silent", "bell", (), lambda event: None, lambda told: Text("", ""), {})
    with pytest.raises(NoTextError):
        check_texts(silent)
    with pytest.raises(ValueError, match="declared twice"):
        register_kind(KINDS[PARKED])


def test_a_mail_carries_the_organizations_brand(andina, marta, job_of, happen, deliver, mails):
    with tenant(andina.pk):
        OrganizationBrand.objects.create(
            organization=andina, accent="#0b6e4f", sender_name="Universidad Andina", postal_address="Av. Arce 2100"
        )
    happen(andina, "job.parked", job_id=job_of(marta).pk)

    deliver()

    (mail,) = mails(andina)
    assert mail.from_name == "Universidad Andina"
    assert "background:#0b6e4f" in mail.html_body
    assert "Universidad Andina, Av. Arce 2100" in mail.html_body
    assert mail.text_body.rstrip().endswith("-- \nUniversidad Andina\nAv. Arce 2100")
