"""Webhook forgery: what comes in must prove who sent it, when, and to which endpoint, and counts once."""

import json
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client

from platform_core.audit.models import AuditEvent
from platform_core.events.models import OutboxEvent
from platform_core.kits.crypto import signing
from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.webhooks import services
from platform_core.webhooks.models import ReceivedWebhook, WebhookSource
from tests.factories.organizations import make_organization
from tests.factories.receivers import make_source

BODY = json.dumps({"type": "payslip.closed", "month": "2026-11"}).encode()


@pytest.fixture(autouse=True)
def frame():
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def source(andina):
    return make_source(andina)


@pytest.fixture
def later():
    """Moves the clock on until the test ends."""
    with ExitStack() as travels:
        yield lambda **wait: travels.enter_context(time_machine.travel(datetime.now(UTC) + timedelta(**wait)))


def signed(secret, *, message_id="msg_1", body=BODY, seconds=0):
    return signing.headers_of([secret], message_id=message_id, timestamp=int(time.time()) + seconds, body=body)


def send(source, headers, body=BODY, client=None):
    return (client or Client()).post(
        f"/hooks/in/{source.pk}/", body, content_type="application/json", headers=dict(headers)
    )


def received(source):
    with tenant(source.organization_id):
        return list(ReceivedWebhook.objects.values_list("message_id", flat=True))


def test_what_is_signed_is_stored_and_tells_the_outbox(source):
    source, secret = source

    answer = send(source, signed(secret))

    with tenant(source.organization_id):
        stored = ReceivedWebhook.objects.get()
        news = OutboxEvent.objects.get(type="webhook.received")
    assert (answer.status_code, answer.json()) == (202, {"id": str(stored.pk), "new": True})
    assert (stored.message_id, stored.body) == ("msg_1", BODY.decode())
    assert news.payload == {"source_id": str(source.pk), "received_id": str(stored.pk)}


def refused(source, headers, code, body=BODY):
    answer = send(source, headers, body)
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert received(source) == []
    with tenant(source.organization_id):
        assert not OutboxEvent.objects.filter(type="webhook.received").exists()


def test_a_signature_of_another_secret_is_refused_and_written_down(source):
    source, _secret = source

    refused(source, signed(signing.new_secret()), "signature_signature")

    with tenant(source.organization_id):
        assert AuditEvent.objects.filter(action="webhook.forged", outcome="denied").count() == 1


def test_an_event_from_before_is_refused(source):
    refused(source[0], signed(source[1], seconds=-301), "signature_old")


def test_an_event_from_the_future_is_refused(source):
    refused(source[0], signed(source[1], seconds=360), "signature_future")


def test_a_clock_that_is_off_by_minutes_is_forgiven(source):
    source, secret = source

    assert send(source, signed(secret, message_id="a", seconds=-240)).status_code == 202
    assert send(source, signed(secret, message_id="b", seconds=240)).status_code == 202


def test_a_changed_body_is_refused(source):
    refused(source[0], signed(source[1]), "signature_signature", body=BODY.replace(b"11", b"12"))


def test_a_changed_timestamp_or_id_is_refused(source):
    source, secret = source
    headers = signed(secret)

    refused(source, headers | {"webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)}, "signature_signature")
    refused(source, headers | {"webhook-id": "msg_2"}, "signature_signature")


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_or_senseless_header_is_refused(source, name):
    source, secret = source
    headers = signed(secret)

    refused(source, {k: v for k, v in headers.items() if k != name}, "signature_missing")
    refused(source, headers | {name: ""}, "signature_missing")


@pytest.mark.parametrize(
    "forged", ["v1,", "v1,AAAA", "v1a,x", ",", "v1", "v2,{}", "{} extra", "v1," + "A" * 43 + "=", "ﬁ"]
)
def test_no_form_of_signature_but_the_right_one_passes(source, forged):
    source, secret = source
    headers = signed(secret)
    right = headers["webhook-signature"].partition(",")[2]
    if forged == "{} extra":
        assert send(source, headers | {"webhook-signature": f"v1,{right} extra"}).status_code == 202
        return

    refused(source, headers | {"webhook-signature": forged.format(right)}, "signature_signature")


@pytest.mark.parametrize("stamp", ["-1", "1e9", "٣", "99999999999999", " 1", "0x10"])
def test_a_timestamp_that_is_no_number_is_refused(source, stamp):
    refused(source[0], signed(source[1]) | {"webhook-timestamp": stamp}, "signature_missing")


def test_an_event_for_another_source_of_the_same_organization_is_refused(andina, source):
    other, other_secret = make_source(andina, "Other")

    refused(source[0], signed(other_secret), "signature_signature")
    refused(other, signed(source[1]), "signature_signature")


def test_a_secret_moved_into_another_row_does_not_open(andina, source):
    other, _secret = make_source(andina, "Other")
    with tenant(andina.pk):
        with connection.cursor() as cursor:
            table = connection.ops.quote_name(WebhookSource._meta.db_table)
            cursor.execute(
                f"UPDATE {table} SET sealed_secret = (SELECT sealed_secret FROM {table} WHERE id = %s) WHERE id = %s",
                [source[0].pk, other.pk],
            )
        moved = WebhookSource.objects.get(pk=other.pk)
        with pytest.raises(ValueError, match="moved"):
            moved.secret  # noqa: B018


def test_an_event_of_ours_cannot_be_sent_to_another_endpoint(andina):
    """What one endpoint receives is signed by its own secret: it cannot be passed off as another's."""
    first, second = signing.new_secret(), signing.new_secret()
    headers = signed(first)

    with pytest.raises(signing.ForgedError):
        signing.verify([second], headers, BODY, now=time.time())


def test_the_same_event_again_changes_nothing(source):
    source, secret = source
    headers = signed(secret)

    first, second = send(source, headers), send(source, headers)

    assert (first.status_code, second.status_code) == (202, 200)
    assert second.json() == {"id": first.json()["id"], "new": False}
    with tenant(source.organization_id):
        assert OutboxEvent.objects.filter(type="webhook.received").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_event_twice_in_parallel_is_stored_once():
    with unscoped():
        source, secret = make_source(make_organization("andina"))
    headers, answers, begin = signed(secret), [], threading.Barrier(8)

    def call():
        begin.wait()
        answers.append(send(source, headers).status_code)
        connection.close()

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [200] * 7 + [202]
    assert received(source) == ["msg_1"]
    with tenant(source.organization_id):
        assert OutboxEvent.objects.filter(type="webhook.received").count() == 1


def test_both_secrets_count_for_a_day_after_a_rotation_and_one_after_it(source, later):
    source, former = source
    with tenant(source.organization_id):
        new = services.rotate_source_secret(actor=None, source=source)

    assert send(source, signed(former, message_id="a")).status_code == 202
    assert send(source, signed(new, message_id="b")).status_code == 202
    later(hours=25)
    assert send(source, signed(former, message_id="c")).status_code == 401
    assert send(source, signed(new, message_id="d")).status_code == 202


def test_a_closed_source_takes_nothing_and_tells_only_who_has_the_secret(source):
    source, secret = source
    with tenant(source.organization_id):
        services.switch_source(actor=None, source=source, is_open=False)

    assert send(source, signed(secret)).status_code == 410
    assert send(source, signed(signing.new_secret())).status_code == 401
    assert received(source) == []


def test_what_is_no_source_is_not_found_and_only_post_opens(source):
    unknown = WebhookSource(id=new_id())

    assert send(unknown, signed(source[1])).status_code == 404
    assert Client().get(f"/hooks/in/{source[0].pk}/").status_code == 405
    assert Client().post("/hooks/in/none/").status_code == 404


def test_a_body_that_is_too_large_or_no_text_is_refused(source):
    source, secret = source
    large, binary, nul = b"x" * 256_001, b"\xff\xfe", b"a\x00b"

    assert send(source, signed(secret, body=large), large).status_code == 413
    assert send(source, signed(secret, body=binary), binary).status_code == 400
    assert send(source, signed(secret, body=nul), nul).status_code == 400
    assert received(source) == []


def test_more_than_the_limit_waits(source, settings):
    settings.API_RATES = {**settings.API_RATES, "hook": "2/minute"}
    source, secret = source

    answers = [send(source, signed(secret, message_id=f"msg_{n}")) for n in range(3)]

    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert int(answers[2]["Retry-After"]) >= 1


def test_signatures_are_those_of_the_reference():
    """Expected value made with standardwebhooks 1.1.0 (Python): ``Webhook(secret).sign(id, 1614265330, body)``."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    found = signing.signature(
        secret, message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp=1614265330, body=b'{"test": 2432232314}'
    )

    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
