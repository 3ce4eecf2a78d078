"""kill -9 of a real worker in mid hand-over: the mail is unknown, it is not sent twice, and the others go out."""

import os
import signal
import subprocess
import time
from datetime import timedelta

import pytest
from django.conf import settings as project
from django.db import connection
from django.db.models.functions import Now

from platform_core.kits.tenancy.scope import service
from platform_core.kits.work.queue import publish
from platform_core.mail import tasks
from platform_core.mail.models import OutgoingMail
from portfolio.stack.commands import command
from tests.factories.organizations import make_organization

DEADLINE_SECONDS = 90


@pytest.fixture
def worker(settings, tmp_path):
    database = connection.settings_dict
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}",
        "REDIS_URL": project.REDIS_URL,
        "STORAGE_URL": settings.STORAGE_URL,
        "EMAIL_URL": f"smtp://127.0.0.1:{settings.EMAIL_PORT}",
        "BUILD_DIR": str(project.BUILD_DIR),
        "DATA_DIR": str(tmp_path),
        "WORKERS_FAST": "1",
    }
    started = []

    def start():
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(
            command("worker-fast", environment), env=environment, start_new_session=True, **quiet
        )
        started.append(process)
        return process

    yield start
    for process in started:
        kill(process)


def kill(process):
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def wait_until(condition):
    end = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < end, "nothing happened in time"
        time.sleep(0.05)


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

    wait_until(lambda: not {"queued", "running"} & set(states().values()))
    assert states() == {address: "unknown" if address == addresses[2] else "sent" for address in addresses}
    sent = [address for address in peer.addresses() if address != addresses[2]]
    assert sorted(sent) == [address for address in addresses if address != addresses[2]]
    assert peer.addresses().count(addresses[2]) <= 1
