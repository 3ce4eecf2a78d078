"""An organization, a receiver, and the clock's work done by hand."""

import pytest

from platform_core.events.services import emit
from platform_core.kits.tenancy.scope import service, tenant, unscoped
from platform_core.webhooks.delivering import deliver_batch
from platform_core.webhooks.models import WebhookAttempt, WebhookEndpoint, WebhookEvent
from platform_core.webhooks.sorting import hand_out
from tests.factories.organizations import make_organization
from tests.factories.receivers import make_endpoint, receiver

ID = "0199c2e4-6f1a-7c35-9d1e-3f2b8a4c5d6e"


@pytest.fixture(autouse=True)
def frame(settings):
    settings.OUTBOUND_LOOPBACK = True
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def peer():
    with receiver() as found:
        yield found


@pytest.fixture
def endpoint(andina, peer):
    return make_endpoint(andina, peer.url)


@pytest.fixture
def happen(andina):
    """Something happens: its event goes to the endpoints. No commit in these tests, so not by way of the cursor."""

    def go(type="docuai.run.started", organization=None, payload=None):
        with service("the test writes"):
            owner = (organization or andina).pk
            hand_out([emit(type=type, organization_id=owner, payload=payload or {"run_id": ID})])

    return go


@pytest.fixture
def work():
    """One batch, whatever is due."""

    def go():
        return deliver_batch()

    return go


@pytest.fixture
def due():
    """Time passes: what waits is due now."""

    def go(organization):
        with tenant(organization.pk):
            WebhookEvent.objects.filter(state="queued").update(due_at=None)

    return go


@pytest.fixture
def read(andina):
    """Events, attempts and endpoints of andina as they stand."""

    class Read:
        @staticmethod
        def events():
            with tenant(andina.pk):
                return list(WebhookEvent.objects.order_by("id"))

        @staticmethod
        def event():
            (found,) = Read.events()
            return found

        @staticmethod
        def attempts():
            with tenant(andina.pk):
                return list(WebhookAttempt.objects.order_by("id"))

        @staticmethod
        def endpoint(pk):
            with tenant(andina.pk):
                return WebhookEndpoint.objects.get(pk=pk)

    return Read
