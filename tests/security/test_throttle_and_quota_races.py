"""Forty at once against every limit: what is admitted equals the limit. No spelling of a header makes another caller."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from platform_core.identity.models import SecurityEvent
from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import PlanLimit
from platform_core.organizations.selectors.limits import STORAGE, used_of
from platform_core.organizations.services.limits import LimitReachedError, reserve
from platform_core.permissions import JOB_VIEW
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_member, make_organization

THREADS, EACH = 40, 3
CALLS = THREADS * EACH
JOBS = "/api/v1/orgs/andina/jobs/"
pytestmark = pytest.mark.django_db(transaction=True)


def at_once(call, each=EACH):
    """Calls from forty threads that start together, each with a browser of its own; what each returned."""
    gate = threading.Barrier(THREADS, timeout=60)

    def work(number):
        client = Client()
        try:
            with unscoped():
                gate.wait()
                return [call(client, number * each + turn) for turn in range(each)]
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as threads:
        return [found for part in threads.map(work, range(THREADS)) for found in part]


@pytest.fixture
def andina(transactional_db):
    cache.clear()
    with unscoped():
        yield make_organization("andina")


def test_of_calls_of_one_key_exactly_as_many_pass_as_its_plan_says(andina):
    with tenant(andina.pk):
        PlanLimit.objects.create(organization=andina, name="api.read", value=35)
        PlanLimit.objects.create(organization=andina, name="api.at_once", value=-1)
    _key, secret = make_key(andina, [JOB_VIEW])

    # the scheme in any case, and addresses that the caller makes up: it is one caller all the same
    def spelled(client, number):
        scheme = ("Bearer", "bearer", "BEARER", "bEaReR")[number % 4]
        spoofed = f"198.51.100.{number % 250}"
        headers = {"Authorization": f"{scheme} {secret}", "X-Forwarded-For": spoofed, "X-Real-IP": spoofed}
        return client.get(JOBS, headers=headers).status_code

    found = at_once(spelled)

    assert (found.count(200), found.count(429)) == (35, CALLS - 35)


def test_never_more_run_at_once_than_the_plan_says_and_all_places_come_back(andina):
    with tenant(andina.pk):
        PlanLimit.objects.create(organization=andina, name="api.at_once", value=3)
    secrets = [make_key(andina, [JOB_VIEW])[1] for _ in range(4)]

    found = at_once(lambda client, number: client.get(JOBS, headers=bearer(secrets[number % 4])).status_code)

    assert set(found) <= {200, 429}
    assert found.count(200) >= 3
    assert [Client().get(JOBS, headers=bearer(secrets[0])).status_code for _ in range(4)] == [200] * 4


def test_wrong_keys_are_counted_by_the_address_that_our_own_proxy_saw(andina, settings):
    settings.API_RATES = {**settings.API_RATES, "sign_in": "20/hour"}
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    real = f"2001:db8::{new_id().hex[-4:]}"

    def guess(client, number):
        headers = {**bearer(f"pf_live_{number}"), "X-Forwarded-For": f"10.1.{number}.7, {real}"}
        return client.get("/api/v1/me/", headers=headers).status_code

    found = at_once(guess)

    assert (found.count(401), found.count(429)) == (20, CALLS - 20)


def test_of_passwords_guessed_at_once_for_one_account_five_are_looked_at(andina, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    ana = make_member(andina, "ana@andina.example")
    ana.set_password("long-enough-42")
    ana.save()

    # each from another address, the account's own in either case
    def guess(client, number):
        given = {"login": ana.email.upper() if number % 2 else ana.email, "password": f"guess-{number}"}
        answer = client.post("/accounts/login/", given, headers={"X-Forwarded-For": f"203.0.113.{number}"})
        return "Too many failed login attempts" in answer.content.decode()

    found = at_once(guess, each=1)
    right = {"login": ana.email, "password": "long-enough-42"}
    after = Client().post("/accounts/login/", right, headers={"X-Forwarded-For": "203.0.113.200"})

    assert (found.count(False), found.count(True)) == (5, THREADS - 5)
    assert SecurityEvent.objects.filter(kind="wrong_password").count() == 5
    assert "Too many failed login attempts" in after.content.decode()


def test_of_bookings_exactly_what_the_plan_holds_is_booked(andina):
    with tenant(andina.pk):
        PlanLimit.objects.create(organization=andina, name=STORAGE, value=355)

    def book(_client, number):
        with tenant(andina.pk):
            try:
                return reserve(organization=andina.pk, name=STORAGE, amount=10, key=f"race-{number}")
            except LimitReachedError:
                return False

    found = at_once(book)

    assert found.count(True) == 35
    with tenant(andina.pk):
        assert used_of(andina, STORAGE) == 350
