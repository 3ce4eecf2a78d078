"""Mail leaves once: what each answer of the server does to a mail, and what a lost outcome does not do."""

import json
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.core.management import call_command
from django.db.models.functions import Now

from platform_core.files.services import write_bytes
from platform_core.kits.tenancy.scope import service, tenant
from platform_core.mail import journal, periodic, sending, tasks
from platform_core.mail.models import OutgoingMail, Suppression
from platform_core.mail.services import MailError, cancel_mails, queue_mail, send_again, suppress
from tests.factories.organizations import make_organization


def journaled():
    return [json.loads(line)["event"] for file in journal.folder().glob("*.jsonl") for line in file.open()]


def send_all():
    while sending.send_batch():
        pass


def make_due():
    with service("the test moves the clock"):
        OutgoingMail.objects.update(due_at=None)


def test_a_mail_is_handed_over_with_both_bodies_and_its_attachment_and_written_down(peer, andina, queue, read):
    write_bytes(key=f"{andina.pk}/1.pack", content=b"....%PDF the document....")
    attachment = {
        "file_name": "Zoë.pdf",
        "content_type": "application/pdf",
        "key": f"{andina.pk}/1.pack",
        "offset": 4,
        "size": 17,
    }
    mail = queue(andina, html="<p>Here it is.</p>", attachments=[attachment], from_name="Universidad Andina")

    send_all()

    mail = read(mail)
    assert (mail.state, mail.attempts, mail.error) == ("sent", 1, "")
    assert mail.sent_at >= mail.handing_over_at
    (envelope,) = peer.taken
    assert envelope.mail_from == "portfolio@portfolio.example"
    message = message_from_bytes(envelope.content, policy=policy.default)
    assert (message["Subject"], message["Message-ID"]) == ("Your certificate", mail.message_id)
    assert message["From"] == "Universidad Andina <portfolio@portfolio.example>"
    assert message.get_body(("html",)).get_content().strip() == "<p>Here it is.</p>"
    (attached,) = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("Zoë.pdf", b"%PDF the document")
    assert journaled() == ["handing", "sent"]


def test_the_same_key_queues_one_mail_however_often_it_is_asked_for(peer, andina, queue):
    assert queue(andina).pk == queue(andina).pk

    send_all()
    send_all()

    assert peer.addresses() == ["ana@andina.example"]


def test_a_refusal_for_now_is_tried_again_later_and_counts_its_attempts(peer, andina, queue, read):
    peer.answers["ana@andina.example"] = "451 Try later"
    mail = queue(andina)

    send_all()

    waiting = read(mail)
    assert (waiting.state, waiting.attempts, waiting.error) == ("queued", 1, "451 Try later")
    assert waiting.due_at is not None
    assert waiting.handing_over_at is None
    send_all()
    assert read(mail).attempts == 1, "it is not due yet"

    peer.answers.clear()
    make_due()
    send_all()

    assert (read(mail).state, read(mail).attempts) == ("sent", 2)
    assert journaled() == ["handing", "refused", "handing", "sent"]


def test_after_the_last_attempt_it_has_failed_with_the_reason(peer, andina, queue, read):
    peer.answers["ana@andina.example"] = "451 Try later"
    mail = queue(andina)
    with tenant(andina.pk):
        OutgoingMail.objects.update(attempts=len(sending.AGAIN))

    send_all()

    assert (read(mail).state, read(mail).error) == ("failed", "451 Try later")


@pytest.mark.parametrize("refuse", ["refused", "answers"])
def test_a_refusal_for_good_fails_and_the_others_go_on(peer, andina, queue, read, refuse):
    getattr(peer, refuse)["nobody@andina.example"] = "550 No such mailbox"
    lost, other = queue(andina, "nobody@andina.example"), queue(andina, "zoe@andina.example")

    send_all()

    assert (read(lost).state, read(lost).error) == ("failed", "550 No such mailbox")
    assert read(other).state == "sent"


def test_a_line_that_breaks_in_mid_content_leaves_an_unknown_mail_that_is_never_sent_again(peer, andina, queue, read):
    peer.hang.add("ana@andina.example")
    mail = queue(andina)

    send_all()
    peer.hang.clear()
    make_due()
    send_all()

    assert read(mail).state == "unknown"
    assert peer.addresses() == []
    assert journaled() == ["handing", "unknown"]


def test_a_person_may_decide_to_send_an_unknown_mail_again(peer, andina, queue, read):
    peer.hang.add("ana@andina.example")
    mail = queue(andina)
    send_all()
    peer.hang.clear()

    with tenant(andina.pk):
        assert send_again(actor=None, mail=mail)
        assert not send_again(actor=None, mail=mail)
    send_all()

    assert (read(mail).state, peer.addresses()) == ("sent", ["ana@andina.example"])


def test_without_a_server_everything_waits_and_no_attempt_is_lost(nobody_listens, andina, queue, read):
    mail = queue(andina)

    assert not sending.send_batch()

    waiting = read(mail)
    assert (waiting.state, waiting.attempts) == ("queued", 0)
    assert waiting.due_at is not None
    assert journaled() == []


def test_a_worker_lost_before_the_hand_over_leaves_a_waiting_mail_and_one_lost_in_it_an_unknown_one(
    peer, andina, queue, read
):
    before, during = queue(andina, "a@andina.example"), queue(andina, "b@andina.example")
    past = {"state": "running", "lease_until": Now() - timedelta(seconds=1), "attempts": 1}
    with tenant(andina.pk):
        OutgoingMail.objects.filter(pk=before.pk).update(**past)
        OutgoingMail.objects.filter(pk=during.pk).update(**past, handing_over_at=Now())

    send_all()

    assert (read(before).state, read(before).attempts) == ("sent", 1)
    assert read(during).state == "unknown"
    assert peer.addresses() == ["a@andina.example"]


def test_an_address_that_must_not_be_written_to_is_left_out_whatever_its_case(peer, andina, queue, read):
    mail = queue(andina, "Ana@Andina.example")
    with tenant(andina.pk):
        suppress(organization_id=andina.pk, address="ana@andina.example", reason="unsubscribed", actor=None)
        suppress(organization_id=andina.pk, address="ANA@andina.example", reason="bounced", actor=None)
        assert Suppression.objects.get().reason == "unsubscribed"
    elsewhere = queue(make_organization("norte"), "ana@andina.example")

    send_all()

    assert (read(mail).state, read(elsewhere).state) == ("suppressed", "sent")


def test_a_missing_attachment_fails_the_mail_before_anything_leaves(peer, andina, queue, read):
    gone = {"file_name": "a.pdf", "content_type": "application/pdf", "key": f"{andina.pk}/gone", "offset": 0, "size": 9}
    mail = queue(andina, attachments=[gone])

    send_all()

    assert (read(mail).state, read(mail).error) == ("failed", sending.GONE)
    assert (peer.taken, journaled()) == ([], [])


def test_no_header_can_be_put_in_by_a_subject_or_a_name(peer, andina, queue):
    queue(andina, subject="Hello\r\nBcc: eve@evil.example", from_name='Andina"\r\nBcc: eve@evil.example')

    send_all()

    message = message_from_bytes(peer.taken[0].content, policy=policy.default)
    assert message["Bcc"] is None
    assert message["Subject"] == "Hello Bcc: eve@evil.example"
    assert peer.addresses() == ["ana@andina.example"]


@pytest.mark.parametrize("address", ["", "valen@@mail", "a@b\nBcc: c@d.example", "a b@c.example"])
def test_what_is_no_address_is_refused_before_it_is_queued(andina, address):
    with tenant(andina.pk), pytest.raises(MailError, match="no e-mail address"):
        queue_mail(organization_id=andina.pk, to=address, subject="x", text="x", kind="test", idempotency_key="k")


def test_lines_that_begin_with_a_dot_arrive_as_they_were(peer, andina, queue):
    queue(andina, text=".\n..two\nlast")

    send_all()

    message = message_from_bytes(peer.taken[0].content, policy=policy.default)
    assert message.get_content().splitlines() == [".", "..two", "last"]


def test_a_domain_with_letters_beyond_ascii_is_written_to_by_its_ascii_name(peer, andina, queue, read):
    mail = queue(andina, "jose@peñón.example")

    send_all()

    assert (read(mail).state, peer.addresses()) == ("sent", ["jose@xn--pen-8mak.example"])


def test_waiting_mails_of_a_job_are_canceled(peer, andina, queue, read):
    from platform_core.jobs.services import start_job

    with tenant(andina.pk):
        job = start_job(actor=None, organization=andina, kind="test", title="Mail", total=1)
    mail = queue(andina, job=job)

    with tenant(andina.pk):
        assert cancel_mails(organization_id=andina.pk, job=job) == 1
    send_all()

    assert (read(mail).state, peer.taken) == ("canceled", [])


def test_a_restored_backup_makes_sent_mails_unknown_and_keeps_sending_off_until_staff_releases_it(
    peer, andina, queue, read
):
    mail, later = queue(andina, "a@andina.example"), queue(andina, "b@andina.example")
    send_all()
    with tenant(andina.pk):  # as the backup of an hour ago has it
        OutgoingMail.objects.update(state="queued", attempts=0, handing_over_at=None, sent_at=None)
    sending.look_again()  # Postgres has been started anew

    assert not sending.send_batch()

    assert (read(mail).state, read(later).state) == ("unknown", "unknown")
    fresh = queue(andina, "c@andina.example")
    assert not sending.send_batch()
    assert not periodic.wake_mails()
    assert peer.addresses() == ["a@andina.example", "b@andina.example"]

    call_command("release_mail")
    send_all()

    assert read(fresh).state == "sent"
    assert (read(mail).state, read(later).state) == ("unknown", "unknown")


def test_a_backup_without_the_newest_mails_is_noticed_by_their_absence(peer, andina, queue):
    queue(andina, "a@andina.example")
    queue(andina, "b@andina.example")
    send_all()
    with tenant(andina.pk):
        OutgoingMail.objects.filter(to_address="b@andina.example").delete()

    assert not sending.send_batch()

    assert journal.held() == sending.AHEAD


def test_a_mail_whose_message_was_lost_is_woken_by_the_clock(peer, andina, queue, monkeypatch):
    published = []
    monkeypatch.setattr(tasks.send_mails, "apply_async", lambda **options: published.append(options))
    assert not periodic.wake_mails()
    queue(andina)  # inside the test's transaction: its message never leaves

    assert periodic.wake_mails()
    assert len(published) == 1


def test_one_organizations_thousands_do_not_stop_anothers_ten(peer, andina, queue, read):
    with tenant(andina.pk):
        many = [
            OutgoingMail(
                organization=andina,
                kind="t",
                idempotency_key=f"{n}",
                to_address=f"{n}@andina.example",
                subject="x",
                text_body="x",
                message_id=f"<{n}@x.example>",
            )
            for n in range(2000)
        ]
        OutgoingMail.objects.bulk_create(many)
    norte = make_organization("norte")
    few = [queue(norte, f"{n}@norte.example") for n in range(10)]

    sending.send_batch()

    assert [read(mail).state for mail in few] == ["sent"] * 10
    assert len(peer.taken) == sending.BATCH
