"""kill -9 of a real worker in mid-delivery: each event is delivered at least once, under one id, and its state is right."""

import threading
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from platform_core.events.services import emit
from platform_core.kits.tenancy.scope import service, tenant
from platform_core.kits.work.queue import publish
from platform_core.webhooks import tasks
from platform_core.webhooks.models import WebhookEvent
from platform_core.webhooks.sorting import hand_out
from tests.factories.organizations import make_organization
from tests.factories.receivers import make_endpoint, receiver
from tests.portfolio.stack.deadlines import eventually
from tests.workers import kill, workers

DEADLINE_SECONDS = 90
EVENTS = 6


@pytest.fixture
def worker(settings):
    own = {"BUILD_DIR": str(settings.BUILD_DIR), "DATA_DIR": str(settings.DATA_DIR), "OUTBOUND_LOOPBACK": "1"}
    with workers(WORKERS_FAST="1", **own) as start:
        yield start


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_mid_delivery_loses_nothing(worker):
    go_on = threading.Event()

    def answer(handler):
        """The first three are answered, the others wait until the worker is dead."""
        if len(peer.calls) > 3:
            go_on.wait(DEADLINE_SECONDS)
        handler.send_response(200)
        handler.end_headers()

    with receiver(answering=answer) as peer:
        andina = make_organization("andina")
        make_endpoint(andina, peer.url)
        with service("the test writes"):
            hand_out(
                [emit(type="key.created", organization_id=andina.pk, payload={"key_id": ""}) for _ in range(EVENTS)]
            )
        first = worker()
        publish(tasks.deliver_webhooks)
        eventually(lambda: len(peer.calls) == EVENTS, "all are on their way", seconds=DEADLINE_SECONDS)

        kill(first)
        go_on.set()
        with service("the test lets the leases run out"):
            WebhookEvent.objects.filter(state="running").update(lease_until=Now() - timedelta(seconds=1))
        worker()
        publish(tasks.deliver_webhooks)

        def states():
            with tenant(andina.pk):
                return [event.state for event in WebhookEvent.objects.all()]

        eventually(lambda: set(states()) == {"delivered"}, "all are delivered", seconds=DEADLINE_SECONDS)
        with tenant(andina.pk):
            ids = {event.message_id for event in WebhookEvent.objects.all()}
    assert set(peer.ids()) == ids
    assert len(ids) == EVENTS
    assert EVENTS <= len(peer.calls) <= 2 * EVENTS
