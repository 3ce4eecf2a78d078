"""A gateway that speaks HTTP and JSON, two people, and numbers that are verified."""

import json

import pytest
from django.utils import timezone

from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.sms.models import MobileNumber, OutgoingSms
from portfolio.environment import sms as read_sms
from tests.factories.organizations import make_member, make_organization
from tests.factories.receivers import receiver

NUMBER = "+34600111222"


@pytest.fixture(autouse=True)
def frame():
    with unscoped():
        yield


@pytest.fixture
def peer(settings):
    """The gateway; ``settings.SMS`` leads to it with a token."""
    settings.OUTBOUND_LOOPBACK = True
    with receiver(body=b'{"id": "m-1"}') as found:
        settings.SMS = read_sms(f"http://token@127.0.0.1:{found.port}/v1/messages?from=Andina&region=eu")
        yield found


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def marta(andina):
    return make_member(andina, "marta@andina.example", "owner")


@pytest.fixture
def verified():
    def go(user, number=NUMBER):
        return MobileNumber.objects.create(user=user, number=number, verified_at=timezone.now())

    return go


@pytest.fixture
def messages():
    def go(organization):
        with tenant(organization.pk):
            return list(OutgoingSms.objects.order_by("id"))

    return go


def body_of(call):
    return json.loads(call.body)
