"""A real SMTP server in the test, which answers as it is told and remembers what it took."""

import socket
import threading

import pytest
from aiosmtpd.controller import Controller

from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.mail import sending
from platform_core.mail.models import OutgoingMail
from platform_core.mail.services import queue_mail
from portfolio.stack.ports import free_port
from tests.factories.organizations import make_organization


class Peer:
    """``answers`` maps an address to what the server says to its content; ``hang`` closes the line in the middle."""

    def __init__(self):
        self.taken, self.answers, self.refused, self.hang = [], {}, {}, set()
        self.reached, self.go_on = threading.Event(), threading.Event()
        self.wait_for = ""

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        to = envelope.rcpt_tos[0]
        if to == self.wait_for:
            self.reached.set()
            import asyncio

            while not self.go_on.is_set():
                await asyncio.sleep(0.02)
        if to in self.hang:
            server.transport.abort()
            return "250 never heard"
        if to in self.answers:
            return self.answers[to]
        self.taken.append(envelope)
        return "250 Kept"

    def addresses(self):
        return [envelope.rcpt_tos[0] for envelope in self.taken]


@pytest.fixture
def peer(settings):
    handler = Peer()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=True)
    controller.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield handler
    handler.go_on.set()
    controller.stop()


@pytest.fixture
def nobody_listens(settings):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", held.getsockname()[1]
        yield


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.STORAGE_URL = (tmp_path / "storage").as_uri()
    sending.look_again()
    with unscoped():
        yield
    sending.look_again()


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def queue():
    return make_mail


def make_mail(organization, to="ana@andina.example", **fields):
    values = {"subject": "Your certificate", "text": "Here it is.", "kind": "test", "idempotency_key": to, **fields}
    with tenant(organization.pk):
        return queue_mail(organization_id=organization.pk, to=to, **values)


@pytest.fixture
def read():
    def again(mail):
        with tenant(mail.organization_id):
            return OutgoingMail.objects.get(pk=mail.pk)

    return again
