"""kill -9 of a real worker in mid hand-over: the mail is unknown, it is not sent twice, and the others go out."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from platform_core.kits.tenancy.scope import service
from platform_core.kits.work.queue import publish
from platform_core.mail import tasks
from platform_core.mail.models import OutgoingMail
from tests.factories.organizations import make_organization
from tests.portfolio.stack.deadlines import eventually
from tests.workers import kill, workers

DEADLINE_SECONDS = 90


@pytest.fixture
def worker(settings, tmp_path):
    own = {
        "EMAIL_URL": f"smtp://127.0.0.1:{settings.EMAIL_PORT}",
        "BUILD_DIR": str(settings.BUILD_DIR),
        "DATA_DIR": str(tmp_path),
    }
    with workers(WORKERS_FAST="1", **own) as start:
        yield start


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_mid_hand_over_sends_nothing_twice_and_loses_nothing(peer, queue, worker):
    andina = make_organization("andina")
    addresses = [f"{n}@andina.example" for n in range(6)]
    for address in addresses:
        queue(andina, address)
    peer.wait_for = addresses[2]
    first = worker()
    publish(tasks.send_mails)
    assert peer.reached.wait(DEADLINE_SECONDS)

    kill(first)
    peer.go_on.set()
    with service("the test lets the leases run out"):
        OutgoingMail.objects.filter(state="running").update(lease_until=Now() - timedelta(seconds=1))
    worker()
    publish(tasks.send_mails)

    def states():
        with service("the test looks"):
            return dict(OutgoingMail.objects.values_list("to_address", "state"))

    eventually(lambda: not {"queued", "running"} & set(states().values()), "no mail waits", seconds=DEADLINE_SECONDS)
    assert states() == {address: "unknown" if address == addresses[2] else "sent" for address in addresses}
    sent = [address for address in peer.addresses() if address != addresses[2]]
    assert sorted(sent) == [address for address in addresses if address != addresses[2]]
    assert peer.addresses().count(addresses[2]) <= 1
