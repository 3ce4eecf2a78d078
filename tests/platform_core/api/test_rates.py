"""Rate limits: exact under parallel callers, said in headers, absent without Redis."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from platform_core.kits.api import throttling
from platform_core.kits.api.throttling import RateExceededError, admit
from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.tenancy.scope import unscoped
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_organization


@pytest.fixture(autouse=True)
def frame():
    with unscoped():
        yield


def admitted(name):
    try:
        return admit(name, "read").remaining
    except RateExceededError:
        return None


def test_of_400_calls_from_40_threads_exactly_50_are_let_through(settings):
    settings.API_RATES = {"read": "50/hour"}
    name = f"key:{new_id()}"

    with ThreadPoolExecutor(40) as threads:
        left = list(threads.map(lambda _n: admitted(name), range(400)))

    assert sorted(each for each in left if each is not None) == list(range(50))


def test_each_caller_and_each_class_of_route_has_a_window_of_its_own(settings):
    settings.API_RATES = {"read": "1/hour", "write": "1/hour"}
    one, other = f"key:{new_id()}", f"key:{new_id()}"

    assert admitted(one) == 0
    assert admitted(one) is None
    assert admitted(other) == 0
    assert admit(one, "write").remaining == 0


def test_the_headers_say_what_is_left_and_a_refusal_how_long_to_wait(client, db, settings):
    settings.API_RATES = {**settings.API_RATES, "read": "2/hour"}
    _key, secret = make_key(make_organization("andina"))

    answers = [client.get("/api/v1/orgs/andina/jobs/", headers=bearer(secret)) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer["RateLimit-Policy"] for answer in answers] == ['"read";q=2;w=3600'] * 3
    assert [answer["RateLimit"].split(";")[1] for answer in answers] == ["r=1", "r=0", "r=0"]
    refused = answers[2]
    assert (refused.json()["code"], refused["Content-Type"]) == ("rate_exceeded", "application/problem+json")
    assert 1 <= int(refused["Retry-After"]) <= 5400
    assert refused["RateLimit"].endswith(f"t={refused['Retry-After']}")


def test_wrong_keys_are_limited_by_address(client, db, settings):
    settings.API_RATES = {**settings.API_RATES, "sign_in": "3/hour"}
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    address = f"2001:db8::{new_id().hex[-4:]}"

    answers = [
        client.get("/api/v1/me/", headers={**bearer("pf_live_x"), "X-Forwarded-For": address}).status_code
        for _ in range(5)
    ]

    assert answers == [401, 401, 401, 429, 429]


def test_without_redis_everybody_is_let_through_and_the_log_says_so(client, db, settings, caplog):
    _key, secret = make_key(make_organization("andina"))
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.API_RATES = {**settings.API_RATES, "read": "1/hour"}

    answers = [client.get("/api/v1/orgs/andina/jobs/", headers=bearer(secret)) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert "RateLimit" not in answers[0]
    assert "api.rates_not_counted" in caplog.text


@pytest.mark.parametrize(
    ("quota", "window", "seconds"),
    [
        (50, (0, 0, 50, 90), 32),  # full: 30 s until this window is the one before, then it fades by 1 in 1.2 s
        (50, (50, 30, 25, 80), 2),  # 25 of the window before still count; one fades each 1.2 s
        (50, (0, 0, 1, 100), 40),  # not full: when the window turns
    ],
)
def test_a_refusal_names_the_seconds_until_one_call_fits(quota, window, seconds):
    item = throttling.parse(f"{quota}/minute")

    assert throttling._admission(item, "read", False, window).reset_seconds == seconds
