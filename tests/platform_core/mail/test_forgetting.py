"""What the clock leaves of old mails: that one was sent for its key, no words and no address."""

from datetime import timedelta

import time_machine
from django.utils import timezone

from platform_core.kits.tenancy.scope import tenant
from platform_core.mail import journal, periodic
from platform_core.mail.models import OutgoingMail


def test_after_90_days_words_and_address_are_gone_and_the_key_still_keeps_a_second_mail_away(andina, queue, read):
    old = queue(andina, to="ana@andina.example")
    waiting = queue(andina, to="bruno@andina.example")
    with tenant(andina.pk):
        OutgoingMail.objects.filter(pk=old.pk).update(state="sent", error="550 ana@andina.example")
    with time_machine.travel(timezone.now() + timedelta(days=89), tick=False):
        assert periodic.forget_mails() == 0
    with time_machine.travel(timezone.now() + timedelta(days=91), tick=False):
        young = queue(andina, to="carla@andina.example")
        with tenant(andina.pk):
            OutgoingMail.objects.filter(pk=young.pk).update(state="sent")

        assert (periodic.forget_mails(), periodic.forget_mails()) == (1, 0)

    kept = read(old)
    assert [kept.to_address, kept.subject, kept.text_body, kept.html_body, kept.error] == [""] * 5
    assert (kept.state, kept.attachments, kept.idempotency_key) == ("sent", [], "ana@andina.example")
    assert (read(waiting).to_address, read(young).to_address) == ("bruno@andina.example", "carla@andina.example")
    queue(andina, to="ana@andina.example")
    with tenant(andina.pk):
        assert OutgoingMail.objects.count() == 3


def test_files_of_the_journal_older_than_90_days_are_deleted(andina, queue):
    now = timezone.now()
    days = [now - timedelta(days=away) for away in (120, 91, 89)]
    for day in days:
        (journal.folder() / f"mail-{day:%Y%m%d}.jsonl").touch()

    periodic.forget_mails()

    assert f"mail-{days[2]:%Y%m%d}.jsonl" in [file.name for file in journal.folder().glob("*.jsonl")]
    assert not [day for day in days[:2] if (journal.folder() / f"mail-{day:%Y%m%d}.jsonl").exists()]
