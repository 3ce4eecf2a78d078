"""Rate limits: exact under parallel callers, said in headers, absent without Redis."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from platform_core.kits.api import throttling
from platform_core.kits.api.throttling import RateExceededError, Terms, TooManyAtOnceError, admit, settle
from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import PlanLimit
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_member, make_organization


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


def test_of_40_calls_at_once_exactly_as_many_run_as_the_plan_allows_and_ended_ones_make_room(settings):
    settings.API_RATES = {"read": "1000/hour"}
    name, crowd, terms = f"key:{new_id()}", new_id(), Terms({}, at_once=7)

    def call(_n):
        try:
            return admit(name, "read", terms=terms, crowd=crowd)
        except TooManyAtOnceError:
            return None

    with ThreadPoolExecutor(40) as threads:
        running = [each for each in threads.map(call, range(400)) if each]
    assert len(running) == 7
    assert min(each.remaining for each in running) == 993  # a refused call is not counted
    for each in running[:3]:
        settle(each)

    assert [call(0) is not None for _ in range(4)] == [True, True, True, False]


def test_a_call_whose_process_was_killed_gives_its_place_back_when_its_lease_is_over(settings, monkeypatch):
    settings.API_RATES = {"read": "1000/hour"}
    monkeypatch.setattr(throttling, "LEASE_SECONDS", 0)
    terms, crowd = Terms({}, at_once=1), new_id()

    admit("key:a", "read", terms=terms, crowd=crowd)

    assert admit("key:b", "read", terms=terms, crowd=crowd)


def test_a_plan_has_its_own_amounts_at_once_for_a_key_and_for_people(client, db, settings):
    andina = make_organization("andina")
    with tenant(andina.pk):
        PlanLimit.objects.create(organization=andina, name="api.read", value=2)
        PlanLimit.objects.create(organization=andina, name="api.at_once", value=0)
    _key, secret = make_key(andina)
    other = make_key(make_organization("norte"))[1]

    refused = client.get("/api/v1/orgs/andina/jobs/", headers=bearer(secret))
    assert (refused.status_code, refused.json()["code"], refused["Retry-After"]) == (429, "too_many_at_once", "1")
    assert client.get("/api/v1/orgs/norte/jobs/", headers=bearer(other)).status_code == 200
    client.force_login(make_member(andina, "marta@andina.example"))
    assert client.get("/api/v1/orgs/andina/jobs/").json()["code"] == "too_many_at_once"


def test_the_headers_name_the_plans_own_amount(client, db):
    andina = make_organization("andina")
    with tenant(andina.pk):
        PlanLimit.objects.create(organization=andina, name="api.read", value=2)
        PlanLimit.objects.create(organization=andina, name="api.write", value=-1)
    _key, secret = make_key(andina)

    answers = [client.get("/api/v1/orgs/andina/jobs/", headers=bearer(secret)) for _ in range(3)]
    free = client.post("/api/v1/orgs/andina/audit/verify/", headers=bearer(secret))

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0]["RateLimit-Policy"] == '"read";q=2;w=60'
    assert "RateLimit" not in free


def test_a_stranger_takes_no_place_of_an_organization(client, db):
    andina = make_organization("andina")
    with tenant(andina.pk):
        PlanLimit.objects.create(organization=andina, name="api.at_once", value=0)
    client.force_login(make_member(make_organization("norte"), "zoe@norte.example"))

    assert client.get("/api/v1/orgs/andina/jobs/").status_code == 404


def test_a_costly_call_counts_several_times_and_a_small_plan_still_lets_one_through(settings):
    settings.API_RATES = {"write": "12/hour"}
    name = f"key:{new_id()}"

    assert [admit(name, "write", cost=5).remaining for _ in range(2)] == [7, 2]
    with pytest.raises(RateExceededError) as refused:
        admit(name, "write", cost=5)
    assert admit(name, "write").remaining == 1
    assert refused.value.headers["RateLimit"].startswith('"write";r=2;')
    assert admit(f"key:{new_id()}", "write", cost=5, terms=Terms({"write": 3})).remaining == 0


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
