"""Calls that read with a key pass by sessions and forms; what they are answered is the same."""

import pytest

from platform_core.kits.api import middleware
from platform_core.kits.tenancy.scope import unscoped
from platform_core.permissions import JOB_VIEW
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_member, make_organization

JOBS = "/api/v1/orgs/andina/jobs/"


@pytest.fixture
def andina(db):
    with unscoped():
        yield make_organization("andina")


@pytest.fixture
def both_ways(client, monkeypatch):
    def call(method, url, **headers):
        short = getattr(client, method)(url, headers=headers)
        with monkeypatch.context() as long:
            long.setattr(middleware, "READS", frozenset())
            return short, getattr(client, method)(url, headers=headers)

    return call


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize(
    ("url", "status"),
    [
        (JOBS, 200),
        (f"{JOBS}?state=happy", 422),
        (JOBS.rstrip("/"), 404),
        (JOBS.replace("andina", "norte"), 404),
        ("/api/v1/nothing/", 404),
        ("/api/v1/orgs/andina/audit/", 403),
        ("/api/v1/me/", 200),
        ("/api/v1/schema/", 200),
    ],
)
@pytest.mark.parametrize("language", ["", "es-CO,es;q=0.9", "x" * 600])
def test_both_ways_answer_alike(both_ways, andina, method, url, status, language):
    _key, secret = make_key(andina, [JOB_VIEW])

    short, long = both_ways(method, url, **bearer(secret), **{"Accept-Language": language})

    assert (short.status_code, long.status_code) == (status, status)
    changing = {"X-Request-ID", "RateLimit"}
    assert {k: v for k, v in short.headers.items() if k not in changing} == {
        k: v for k, v in long.headers.items() if k not in changing
    }
    if not short.streaming and "json" in short["Content-Type"] and method == "get":
        assert {**short.json(), "request_id": ""} == {**long.json(), "request_id": ""}


def test_a_wrong_key_and_a_wrong_host_are_refused_alike(both_ways, andina, settings):
    short, long = both_ways("get", JOBS, **bearer("pf_live_x"))
    assert (short.status_code, long.status_code) == (401, 401)
    assert short["WWW-Authenticate"] == long["WWW-Authenticate"]

    _key, secret = make_key(andina, [JOB_VIEW])
    short, long = both_ways("get", JOBS, **bearer(secret), Host="evil.example")
    assert (short.status_code, long.status_code) == (400, 400)


def test_who_brings_a_session_goes_the_long_way(client, andina, monkeypatch):
    monkeypatch.setattr(middleware, "AnonymousUser", None)  # the short way would fail
    client.force_login(make_member(andina, "marta@andina.example"))
    _key, secret = make_key(andina, [JOB_VIEW])

    assert client.get(JOBS).status_code == 200
    assert client.get(JOBS, headers=bearer(secret)).status_code == 200
