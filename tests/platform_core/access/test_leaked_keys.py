"""A key that has leaked: whoever holds it ends it, and its owners learn of it."""

import pytest

from platform_core.access.models import ApiKey
from platform_core.access.secrets import new_secret
from platform_core.audit.models import AuditEvent
from platform_core.events.models import OutboxEvent
from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_organization

REVOKE = "/api/v1/keys/revoke/"


@pytest.fixture(autouse=True)
def frame():
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.mark.parametrize("in_body", [True, False])
def test_whoever_holds_a_key_ends_it_and_the_owners_are_told(
    client, andina, django_capture_on_commit_callbacks, in_body
):
    key, secret = make_key(andina)
    assert client.get("/api/v1/me/", headers=bearer(secret)).status_code == 200
    sent = {"data": {"key": secret}} if in_body else {"headers": bearer(secret)}

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(REVOKE, content_type="application/json", **sent)

    assert (answer.status_code, answer.content) == (204, b"")
    assert client.get("/api/v1/me/", headers=bearer(secret)).status_code == 401
    with tenant(andina.pk):
        event = AuditEvent.objects.get(action="key.revoked_by_holder")
        told = OutboxEvent.objects.get(type="key.revoked")
    assert (event.target_id, event.actor_kind, event.key_id) == (str(key.pk), "key", key.pk)
    assert told.payload == {"key_id": str(key.pk), "by_holder": True}


def test_an_unknown_a_revoked_and_a_mistyped_key_are_answered_alike(client, andina):
    _key, secret = make_key(andina)
    client.post(REVOKE, {"key": secret}, content_type="application/json")

    answers = [
        client.post(REVOKE, {"key": one}, content_type="application/json")
        for one in (secret, new_secret(), "pf_live_x")
    ]

    assert {(one.status_code, one.content) for one in answers} == {(204, b"")}
    with tenant(andina.pk):
        assert AuditEvent.objects.filter(action="key.revoked_by_holder").count() == 1


@pytest.mark.parametrize("sent", [{}, {"key": ""}, {"key": ["a"]}, {"key": "x" * 201}])
def test_a_call_without_a_key_says_where_to_put_it(client, andina, sent):
    make_key(andina)

    answer = client.post(REVOKE, sent, content_type="application/json")

    assert answer.status_code in (400, 422)
    with tenant(andina.pk):
        assert ApiKey.objects.get().revoked_at is None


def test_the_endpoint_is_limited_by_address(client, settings, andina):
    settings.API_RATES = {**settings.API_RATES, "sign_in": "2/minute"}
    statuses = [
        client.post(REVOKE, {"key": "x"}, content_type="application/json", REMOTE_ADDR="203.0.113.77").status_code
        for _number in range(3)
    ]

    assert statuses == [204, 204, 429]
