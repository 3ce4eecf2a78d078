"""Handing text messages to a real HTTP peer: once, with a key, in two phases; what it refuses, loses or leaves open."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from platform_core.kits.tenancy.scope import service, tenant
from platform_core.organizations.models import PlanLimit
from platform_core.organizations.selectors.limits import used_of
from platform_core.organizations.services.limits import LimitReachedError
from platform_core.sms import sending
from platform_core.sms.models import OutgoingSms
from platform_core.sms.periodic import forget_sms
from platform_core.sms.services import SmsError, queue_sms, send_again
from tests.factories.receivers import receiver
from tests.platform_core.sms.conftest import NUMBER, body_of


@pytest.fixture
def queue(andina, marta, verified, peer):
    verified(marta)

    def go(key="one", words="Andina: “Certificates” needs attention"):
        with tenant(andina.pk):
            return queue_sms(organization_id=andina.pk, to=marta, words=words, kind="notification", idempotency_key=key)

    return go


def change(organization, **fields):
    with tenant(organization.pk):
        OutgoingSms.objects.update(**fields)


def used(organization):
    with tenant(organization.pk):
        return used_of(organization, "sms")


def test_a_message_leaves_once_with_its_key(andina, queue, peer, messages):
    sms = queue()
    assert queue().pk == sms.pk

    assert (sending.send_batch(), sending.send_batch()) == (True, False)

    (call,) = peer.calls
    assert call.path == "/v1/messages?region=eu"
    assert (call.headers["authorization"], call.headers["idempotency-key"]) == ("Bearer token", str(sms.pk))
    text = 'Andina: "Certificates" needs attention'
    assert body_of(call) == {"to": NUMBER, "from": "Andina", "text": text, "reference": str(sms.pk)}
    (found,) = messages(andina)
    assert (found.state, found.provider_id, found.attempts, used(andina)) == ("sent", "m-1", 1, 1)


@pytest.mark.parametrize("status", [429, 503, 401])
def test_what_is_refused_for_now_waits_longer_each_time(andina, queue, peer, messages, status):
    queue()
    peer.status, peer.headers, peer.body = status, {"Retry-After": "600"}, b'{"message": "later"}'

    sending.send_batch()

    (found,) = messages(andina)
    assert (found.state, found.error, found.handing_over_at) == ("queued", f"{status} later", None)
    assert timedelta(seconds=590) < found.due_at - timezone.now() <= timedelta(seconds=600)
    peer.status, peer.body = 200, b"{}"
    change(andina, due_at=None)
    sending.send_batch()
    assert [(one.state, one.attempts) for one in messages(andina)] == [("sent", 2)]
    assert len({call.headers["idempotency-key"] for call in peer.calls}) == 1


def test_after_the_last_attempt_it_has_failed_and_costs_nothing(andina, queue, peer, messages):
    queue()
    change(andina, attempts=len(sending.AGAIN))
    peer.status = 503

    sending.send_batch()

    assert ([one.state for one in messages(andina)], used(andina)) == (["failed"], 0)


def test_a_number_that_the_gateway_does_not_take_has_failed_at_once(andina, queue, peer, messages):
    queue()
    peer.status, peer.body = 422, b'{"error": "not a mobile number"}'

    sending.send_batch()

    (found,) = messages(andina)
    assert (found.state, found.error, used(andina)) == ("failed", "422 not a mobile number", 0)


def test_a_gateway_that_is_not_there_has_surely_got_nothing(andina, queue, peer, settings, messages):
    queue()
    settings.SMS = {**settings.SMS, "url": "http://127.0.0.1:9/"}

    sending.send_batch()

    (found,) = messages(andina)
    assert (found.state, found.error, found.handing_over_at) == ("queued", "refused", None)


def hang_up(handler):
    handler.close_connection = True


def test_a_line_that_breaks_leaves_it_unknown_and_nothing_sends_it_again(andina, queue, peer, messages):
    queue()
    peer.answering = hang_up

    sending.send_batch()
    sending.send_batch()

    assert ([one.state for one in messages(andina)], len(peer.calls), used(andina)) == (["unknown"], 1, 1)


def test_a_gateway_that_keeps_keys_is_asked_again_with_the_same_one(andina, queue, peer, settings, messages):
    settings.SMS = {**settings.SMS, "repeats": True}
    queue()
    peer.status = 502
    sending.send_batch()
    peer.status = 409  # it has this key already
    change(andina, due_at=None)

    sending.send_batch()

    assert [(one.state, one.attempts) for one in messages(andina)] == [("sent", 2)]
    assert len({call.headers["idempotency-key"] for call in peer.calls}) == 1


@pytest.mark.parametrize(("repeats", "state"), [(False, "unknown"), (True, "queued")])
def test_a_worker_that_died_in_mid_hand_over_is_judged_by_its_mark(andina, queue, messages, repeats, state):
    queue()
    change(
        andina,
        state="running",
        attempts=1,
        lease_token=uuid4(),
        lease_until=Now() - timedelta(seconds=1),
        handing_over_at=Now(),
    )

    assert sending.settle_lost(repeats=repeats) == 1

    assert [one.state for one in messages(andina)] == [state]


def test_what_has_waited_for_a_day_is_no_news_any_more(andina, queue, peer, messages):
    queue()
    change(andina, created_at=timezone.now() - timedelta(hours=25))

    sending.send_batch()

    assert ([one.state for one in messages(andina)], peer.calls, used(andina)) == (["expired"], [], 0)


def test_the_months_messages_are_a_limit(andina, queue, messages):
    with tenant(andina.pk):
        PlanLimit.objects.create(organization=andina, name="sms", value=1)
    queue("one")

    with pytest.raises(LimitReachedError):
        queue("two")

    assert (len(messages(andina)), used(andina)) == (1, 1)


def test_nothing_is_queued_for_whoever_has_no_number(andina, marta, peer, messages):
    with tenant(andina.pk), pytest.raises(SmsError):
        queue_sms(organization_id=andina.pk, to=marta, words="x", kind="notification", idempotency_key="k")

    assert messages(andina) == []


def test_staff_send_an_unknown_one_again_and_the_log_says_so(andina, marta, queue, messages):
    queue()
    change(andina, state="unknown")
    (sms,) = messages(andina)

    with tenant(andina.pk):
        assert send_again(actor=marta, sms=sms) is True
        assert send_again(actor=marta, sms=sms) is False

    assert ([one.state for one in messages(andina)], used(andina)) == (["queued"], 1)


def test_number_and_words_go_after_90_days(andina, queue, messages):
    queue()
    sending.send_batch()
    change(andina, created_at=timezone.now() - timedelta(days=91))

    assert forget_sms() == 1

    assert [(one.to_number, one.text, one.state) for one in messages(andina)] == [("", "", "sent")]


def test_without_a_gateway_nothing_is_claimed(andina, queue, settings, messages):
    queue()
    settings.SMS = None

    assert sending.send_batch() is False
    assert [one.state for one in messages(andina)] == ["queued"]


def test_a_redirect_is_not_followed(andina, queue, peer, messages):
    with receiver() as other:
        queue()
        peer.status, peer.headers = 302, {"Location": other.url}

        sending.send_batch()

        assert other.calls == []
    with service("the test looks"):
        assert [one.state for one in messages(andina)] == ["failed"]
