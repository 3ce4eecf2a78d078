"""Two organizations, their people, and events that happen without a commit."""

from datetime import UTC, datetime

import pytest

from platform_core.events.services import emit
from platform_core.jobs.models import Job
from platform_core.kits.tenancy.scope import person, service, tenant, unscoped
from platform_core.mail.models import OutgoingMail
from platform_core.notifications.delivering import due_groups, hand_over
from platform_core.notifications.gathering import tell
from platform_core.notifications.models import Notification, NotificationDelivery
from tests.factories.organizations import make_member, make_organization

LATER = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def frame():
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def marta(andina):
    return make_member(andina, "marta@andina.example", "owner")


@pytest.fixture
def ana(andina):
    return make_member(andina, "ana@andina.example", "editor")


@pytest.fixture
def job_of(andina):
    """A job that somebody began."""

    def make(user, title="Certificates"):
        with tenant(andina.pk):
            return Job.objects.create(organization=andina, kind="docuai.run", title=title, started_by=user)

    return make


@pytest.fixture
def happen():
    """Something happens and is told, all as the reader does it."""

    def go(organization, type, **payload):
        with service("the test reads"):
            event = emit(type=type, organization_id=organization.pk, payload={k: str(v) for k, v in payload.items()})
            tell([event])
        return event

    return go


@pytest.fixture
def box():
    """A person's notifications as they stand, from anywhere."""

    def go(user):
        with person(user.pk):
            return list(Notification.objects.filter(user=user).order_by("id"))

    return go


@pytest.fixture
def deliver():
    """Everything due at a moment goes; returns how many mails were queued."""

    def go(now=LATER):
        with service("the test delivers"):
            groups = due_groups(now)
        return sum(hand_over(organization_id, ids) for organization_id, ids in groups)

    return go


@pytest.fixture
def mails():
    def go(organization):
        with tenant(organization.pk):
            return list(OutgoingMail.objects.order_by("id"))

    return go


@pytest.fixture
def deliveries():
    def go(organization):
        with tenant(organization.pk):
            return list(NotificationDelivery.objects.order_by("id"))

    return go
