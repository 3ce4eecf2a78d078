"""An organization, its members, a member of staff who has shown a factor and who they are, and no memory between tests."""

import time

import pytest
from django.core.cache import cache

from platform_core.access.freshness import FRESH_AT
from platform_core.accounts.models import User
from platform_core.kits.tenancy.scope import unscoped
from platform_core.operations.views import status
from tests.factories.factors import sign_in_verified
from tests.factories.organizations import make_member, make_organization


@pytest.fixture(autouse=True)
def frame(settings, tmp_path, db):
    settings.STORAGE_URL = tmp_path.as_uri()
    settings.DATA_DIR = tmp_path
    cache.clear()
    status.forget()
    with unscoped():
        yield
    cache.clear()
    status.forget()


@pytest.fixture
def andina():
    return make_organization("andina")


@pytest.fixture
def norte():
    return make_organization("norte")


@pytest.fixture
def owner(andina):
    return make_member(andina, "diego@andina.example", role="owner")


@pytest.fixture
def marta(andina):
    return make_member(andina, "marta@andina.example", role="admin")


@pytest.fixture
def elena():
    return User.objects.create_user("elena@portfolio.example", "x", name="Elena Ruiz", is_staff=True)


@pytest.fixture
def staff(client, elena):
    sign_in_verified(client, elena)
    session = client.session
    session[FRESH_AT] = int(time.time())
    session.save()
    return client


def act_as(client, organization, email, *, acts=False, reason="Her run stands still, ticket 4711", minutes=30):
    """This will begin through the staff admin."""
    data = {"organization": organization.pk, "email": email, "reason": reason, "minutes": minutes}
    if acts:
        data["acts"] = "on"
    return client.post("/admin/platform_core/impersonation/act-as/", data)
