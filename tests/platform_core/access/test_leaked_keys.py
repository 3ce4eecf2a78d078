"""A key that has leaked: whoever holds it ends it, and its owners learn of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from platform_core.access import keys, periodic
from platform_core.access.models import ApiKey, ApiRequest, KeyPlace
from platform_core.access.places import network_of
from platform_core.access.secrets import new_secret
from platform_core.audit.models import AuditEvent
from platform_core.events.models import OutboxEvent
from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_organization

REVOKE = "/api/v1/keys/revoke/"


@pytest.fixture(autouse=True)
def frame(monkeypatch):
    monkeypatch.setattr(keys, "_touched", {})
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


def used_from(client, secret, address):
    assert client.get("/api/v1/me/", headers=bearer(secret), REMOTE_ADDR=address).status_code == 200


def told(organization):
    with tenant(organization.pk):
        return list(OutboxEvent.objects.filter(type="key.unusual").order_by("id").values_list("payload", flat=True))


@pytest.mark.parametrize(
    ("home", "near", "away"),
    [("203.0.113.7", "203.0.9.1", "198.51.100.4"), ("2001:db8:1::1", "2001:db8:2::9", "2001:dead::1")],
)
def test_use_from_a_network_that_a_key_never_called_from_is_told_once_a_day(client, andina, home, near, away):
    key, secret = make_key(andina)
    used_from(client, secret, home)
    used_from(client, secret, near)
    periodic.watch_keys()
    assert told(andina) == []

    used_from(client, secret, away)
    periodic.watch_keys()
    used_from(client, secret, "192.0.2.1")
    periodic.watch_keys()

    assert told(andina) == [{"key_id": str(key.pk), "reason": "place"}]
    with tenant(andina.pk):
        assert AuditEvent.objects.get(action="key.unusual").changes == {"place": [None, network_of(away)]}


@pytest.mark.parametrize(("now_calls", "expected"), [(199, []), (200, [200])])
def test_ten_times_the_usual_rate_is_told_and_less_is_not(andina, now_calls, expected):
    key, _secret = make_key(andina)
    now = timezone.now()
    call(key, now - timedelta(hours=2), 10)
    call(key, now - timedelta(days=1), 20)
    call(key, now - timedelta(days=3), 30)
    call(key, now - timedelta(minutes=5), now_calls)

    periodic.watch_keys()
    periodic.watch_keys()

    assert [payload["calls"] for payload in told(andina)] == expected
    assert [payload["usual"] for payload in told(andina)] == [20 for _one in expected]


def test_a_key_without_a_usual_rate_is_not_told_of(andina):
    key, _secret = make_key(andina)
    call(key, timezone.now() - timedelta(hours=3), 1)
    call(key, timezone.now() - timedelta(minutes=5), 500)

    periodic.watch_keys()

    assert told(andina) == []


def test_a_setting_names_who_knows_countries(client, andina, settings):
    settings.KEY_PLACE_RESOLVER = f"{__name__}.country"
    _key, secret = make_key(andina)

    used_from(client, secret, "203.0.113.7")

    with tenant(andina.pk):
        assert KeyPlace.objects.get().place == "CO"


def country(address):
    return "CO" if address.startswith("203.") else "ES"


def call(key, at, times):
    with tenant(key.organization_id):
        ApiRequest.objects.bulk_create(
            ApiRequest(
                organization_id=key.organization_id,
                key=key,
                at=at,
                method="GET",
                path="/",
                status=200,
                ms=1,
                request_id="r",
            )
            for _number in range(times)
        )
