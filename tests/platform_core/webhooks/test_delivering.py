"""From news to a receiver: signed, tried again, given up, and sent again when a person asks."""

import json
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from platform_core.audit.models import AuditEvent
from platform_core.events.models import OutboxEvent
from platform_core.events.services import emit
from platform_core.kits.crypto import signing
from platform_core.kits.tenancy.scope import service, tenant, unscoped
from platform_core.webhooks import delivering, periodic, services
from platform_core.webhooks.delivering import AGAIN, delay_of, deliver_batch
from platform_core.webhooks.models import WebhookAttempt, WebhookEndpoint, WebhookEvent
from platform_core.webhooks.sending import Order, send
from platform_core.webhooks.sorting import hand_out
from tests.factories.organizations import make_organization
from tests.factories.receivers import make_endpoint, receiver
from tests.platform_core.webhooks.conftest import ID
from tests.settling import settle


def test_an_event_arrives_once_thin_and_signed(andina, peer, endpoint, happen, work, read):
    happen()

    assert work() is True
    assert work() is False

    (call,), event, (attempt,) = peer.calls, read.event(), read.attempts()
    sent = json.loads(call.body)
    assert (sent["type"], sent["organization"], sent["data"]) == ("docuai.run.started", str(andina.pk), {"run_id": ID})
    assert set(sent) == {"type", "timestamp", "organization", "data"}
    assert signing.verify([endpoint.secret], call.headers, call.body, now=time.time()) == event.message_id
    assert (event.state, event.status_code, event.error, event.attempts) == ("delivered", 200, "", 1)
    assert (attempt.status_code, attempt.response_body, attempt.address) == (200, "thanks", "127.0.0.1")
    assert attempt.request_headers["webhook-id"] == event.message_id
    assert call.headers["user-agent"] == "Portfolio-Webhooks/1"


def test_an_endpoint_gets_what_it_subscribed_to_and_its_own_organization_alone(andina, peer, happen, work, read):
    norte = make_organization("norte")
    make_endpoint(andina, peer.url + "/product", ("docuai.",))
    make_endpoint(andina, peer.url + "/one", ("member.joined",))
    make_endpoint(norte, peer.url + "/norte", ("*",))

    for type in ("docuai.run.started", "member.joined", "key.created", "webhook.disabled", "nobody.declares.this"):
        happen(type)
    work()

    got = sorted((call.path, json.loads(call.body)["type"]) for call in peer.calls)
    assert got == [("/hook/one", "member.joined"), ("/hook/product", "docuai.run.started")]


def test_the_same_event_makes_one_row_however_often_it_is_sorted(andina, endpoint, read):
    with service("the test writes"):
        event = emit(type="key.created", organization_id=andina.pk, payload={"key_id": ID})
        hand_out([event])
        hand_out([event])

    assert len(read.events()) == 1


def test_what_fails_is_tried_again_later_each_time_under_the_same_id(andina, peer, endpoint, happen, work, due, read):
    peer.status = 500
    happen()

    work()
    event = read.event()
    assert (event.state, event.status_code, event.error, event.attempts) == ("queued", 500, "status", 1)
    wait = (event.due_at - timezone.now()).total_seconds()
    assert 0 < wait <= 1.5 * AGAIN[0]
    assert work() is False, "it is not due"
    peer.status = 204
    due(andina)
    work()

    assert (read.event().state, len(set(peer.ids())), len(peer.calls)) == ("delivered", 1, 2)
    assert [attempt.cause for attempt in read.attempts()] == ["event", "retry"]
    assert read.endpoint(endpoint.pk).failing_since is None


def test_the_plan_is_about_three_days_and_spread():
    assert 3 * 86_400 <= sum(AGAIN) <= 3.3 * 86_400
    for attempts, planned in enumerate(AGAIN, start=1):
        waits = {delay_of(attempts) for _ in range(50)}
        assert min(waits) >= 0.49 * planned
        assert max(waits) <= 1.51 * planned
        assert len(waits) > 1
    assert delay_of(1, retry_after=600) == 600
    assert delay_of(1, retry_after=10**9) == 86_400


def test_after_the_last_try_it_has_failed(andina, peer, endpoint, happen, work, due, read):
    peer.status = 503
    happen()
    for _ in range(len(AGAIN) + 1):
        due(andina)
        work()

    assert (read.event().state, len(peer.calls)) == ("failed", len(AGAIN) + 1)
    due(andina)
    assert work() is False


def test_who_asks_for_time_gets_it(peer, endpoint, happen, work, read):
    peer.status, peer.headers = 429, {"Retry-After": "900"}
    happen()
    work()

    wait = (read.event().due_at - timezone.now()).total_seconds()
    assert 890 <= wait <= 900


def test_gone_switches_the_endpoint_off_at_once_and_says_so(andina, peer, endpoint, happen, work, read):
    peer.status = 410
    happen()
    work()

    found = read.endpoint(endpoint.pk)
    assert (found.state, found.disabled_reason, read.event().state) == ("disabled", "gone", "failed")
    with tenant(andina.pk):
        assert OutboxEvent.objects.get(type="webhook.disabled").payload == {
            "endpoint_id": str(endpoint.pk),
            "reason": "gone",
        }
        assert AuditEvent.objects.get(action="webhook.disabled").actor_kind == "system"


def test_three_days_of_failures_switch_it_off_and_one_success_forgives(andina, peer, endpoint, happen, work, due, read):
    peer.status = 500
    happen()
    happen()
    with tenant(andina.pk):
        rows = WebhookEndpoint.objects.filter(pk=endpoint.pk)
        rows.update(failing_since=Now() - timedelta(days=2, hours=23))
        work()
        assert read.endpoint(endpoint.pk).state == "active"
        rows.update(failing_since=Now() - timedelta(days=3))
    due(andina)
    work()

    found = read.endpoint(endpoint.pk)
    assert (found.state, found.disabled_reason) == ("disabled", "failing")
    assert {event.state for event in read.events()} == {"failed"}


def test_an_endpoint_that_fails_gets_one_try_a_batch(andina, peer, endpoint, happen, work, due, read):
    peer.status = 500
    happen()
    work()
    for _ in range(5):
        happen()
    due(andina)
    work()

    assert len(peer.calls) == 2
    assert sorted(event.attempts for event in read.events()) == [0, 0, 0, 0, 0, 2]


def test_what_comes_while_it_is_off_is_kept_and_a_window_of_it_can_be_replayed(
    andina, peer, endpoint, happen, work, read
):
    with tenant(andina.pk):
        services.disable_endpoint(actor=None, endpoint=endpoint)
    happen()
    happen()
    assert (work(), [event.error for event in read.events()], peer.calls) == (False, ["disabled", "disabled"], [])

    window = {"since": timezone.now() - timedelta(hours=1), "until": timezone.now() + timedelta(minutes=1)}
    with tenant(andina.pk):
        with pytest.raises(services.WebhookStateError):
            services.replay_failed(actor=None, endpoint=endpoint, **window)
        services.enable_endpoint(actor=None, endpoint=endpoint)
        early = {"since": window["since"] - timedelta(days=2), "until": window["since"]}
        assert services.replay_failed(actor=None, endpoint=endpoint, **early) == 0
        assert services.replay_failed(actor=None, endpoint=endpoint, **window) == 2
    work()

    assert [event.state for event in read.events()] == ["delivered", "delivered"]
    with tenant(andina.pk):
        assert AuditEvent.objects.get(action="webhook.replayed").changes == {"rows": [None, 2]}


def test_one_event_is_replayed_under_its_id_but_not_while_it_waits(andina, peer, endpoint, happen, work, read):
    happen()
    with tenant(andina.pk), pytest.raises(services.WebhookStateError):
        services.replay(actor=None, event=read.event())
    work()
    with tenant(andina.pk):
        services.replay(actor=None, event=read.event())
    work()

    assert (len(peer.calls), len(set(peer.ids()))) == (2, 1)


def test_old_and_new_secret_both_sign_for_a_day(andina, peer, endpoint, happen, work, read):
    former = endpoint.secret
    with tenant(andina.pk):
        new = services.rotate_secret(actor=None, endpoint=endpoint)
    happen()
    work()
    with tenant(andina.pk):
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(former_until=Now() - timedelta(seconds=1))
    happen()
    work()

    during, after = peer.calls
    assert len(during.headers["webhook-signature"].split()) == 2
    for secret in (former, new):
        signing.verify([secret], during.headers, during.body, now=time.time())
    signing.verify([new], after.headers, after.body, now=time.time())
    with pytest.raises(signing.ForgedError):
        signing.verify([former], after.headers, after.body, now=time.time())


def test_a_test_is_answered_at_once_and_does_not_count(andina, peer, endpoint, read):
    peer.status = 500
    with tenant(andina.pk):
        attempt = services.send_test(actor=None, endpoint=endpoint)

    assert (attempt.status_code, attempt.error, attempt.cause) == (500, "status", "test")
    assert json.loads(peer.calls[0].body)["type"] == "webhook.test"
    assert (read.event().state, read.endpoint(endpoint.pk).failing_since) == ("failed", None)


def test_a_worker_that_was_too_slow_changes_nothing(andina, peer, endpoint, happen, work, read):
    happen()
    with tenant(andina.pk):
        event = read.event()
        outcome = send(Order(event, peer.url, [endpoint.secret], "event"))
        assert delivering.settle(andina.pk, [outcome], uuid4()) == 0

    assert (read.event().state, read.attempts()) == ("queued", [])


def test_what_lost_workers_held_is_taken_up_again(andina, peer, endpoint, happen, work, read):
    happen()
    with tenant(andina.pk):
        lost = {"state": "running", "lease_until": Now() - timedelta(seconds=1), "lease_token": ID}
        WebhookEvent.objects.update(**lost)
    work()

    assert (read.event().state, len(peer.calls)) == ("delivered", 1)


def test_organizations_take_turns(andina, peer, endpoint, happen, read):
    norte = make_organization("norte")
    make_endpoint(norte, peer.url + "/norte")
    for _ in range(100):
        happen()
    happen(organization=norte)
    deliver_batch()

    assert "/hook/norte" in {call.path for call in peer.calls}


@pytest.mark.django_db(transaction=True)
def test_the_clock_reads_the_outbox_and_a_deleted_endpoint_takes_its_rows_along(settings):
    with receiver() as peer, unscoped():
        andina = make_organization("andina")
        endpoint = make_endpoint(andina, peer.url)
        with tenant(andina.pk):
            emit(type="key.created", organization_id=andina.pk, payload={"key_id": ID})
        settle()
        periodic.sort_webhooks()
        periodic.sort_webhooks()
        while deliver_batch():
            pass
        assert len(peer.calls) == 1
        with tenant(andina.pk):
            services.delete_endpoint(actor=None, endpoint=endpoint)
            assert not WebhookEvent.objects.exists()
            assert not WebhookAttempt.objects.exists()
        connection.close()


def test_rows_are_forgotten_after_thirty_days_but_not_what_still_waits(andina, peer, endpoint, happen, work, read):
    happen()
    work()
    happen()
    with tenant(andina.pk):
        WebhookEvent.objects.update(created_at=Now() - timedelta(days=31))
    periodic.forget_webhooks()

    assert [event.state for event in read.events()] == ["queued"]
    assert read.attempts() == []


def test_secrets_of_an_endpoint_are_opened_once_for_all_its_events(andina, peer, endpoint, happen, work, read):
    for _ in range(5):
        happen()

    with CaptureQueriesContext(connection) as asked:
        work()

    assert len(peer.calls) == 5
    assert sum('FROM "platform_core_datakey"' in query["sql"] for query in asked.captured_queries) <= 1
    assert [event.state for event in read.events()] == ["delivered"] * 5
