"""Limits: booked once a key, never passed, also by threads that ask in the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import PlanLimit, Usage, UsageEntry
from platform_core.organizations.selectors.limits import STANDING, limit_of, used_of
from platform_core.organizations.services.limits import LimitReachedError, release, reserve
from tests.factories.organizations import make_member, make_organization

STORAGE = "storage_bytes"


@pytest.fixture
def andina(db):
    with unscoped():
        organization = make_organization("andina")
        with tenant(organization.pk):
            yield organization


def set_limit(organization, name, value):
    PlanLimit.objects.create(organization=organization, name=name, value=value)


def test_the_default_holds_until_billing_writes_another(andina):
    assert limit_of(andina, "members") == 25
    set_limit(andina, "members", 3)
    assert limit_of(andina, "members") == 3


def test_minus_one_means_no_limit(andina):
    set_limit(andina, STORAGE, -1)
    assert limit_of(andina, STORAGE) is None
    assert reserve(organization=andina, name=STORAGE, amount=10**15, key="a")


def test_a_key_books_once(andina):
    assert reserve(organization=andina, name=STORAGE, amount=5, key="upload:1")
    assert not reserve(organization=andina, name=STORAGE, amount=5, key="upload:1")
    assert used_of(andina, STORAGE) == 5


def test_what_does_not_fit_is_refused_and_nothing_is_booked(andina):
    set_limit(andina, STORAGE, 1000)
    reserve(organization=andina, name=STORAGE, amount=600, key="a")

    with pytest.raises(LimitReachedError, match=r"400.B of 1.kB left, 500.B needed"):
        reserve(organization=andina, name=STORAGE, amount=500, key="b")

    assert used_of(andina, STORAGE) == 600
    assert list(UsageEntry.objects.values_list("key", flat=True)) == ["a"]


def test_given_back_once_and_in_part(andina):
    reserve(organization=andina, name=STORAGE, amount=600, key="a")

    assert release(organization=andina, key="a", keep=200) == 400
    assert release(organization=andina, key="a", keep=200) == 0
    assert used_of(andina, STORAGE) == 200
    assert release(organization=andina, key="a") == 200
    assert release(organization=andina, key="a") == 0
    assert used_of(andina, STORAGE) == 0


def test_members_are_counted_not_booked(andina):
    make_member(andina, "ana@andina.example")
    assert used_of(andina, "members") == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_threads_never_pass_the_limit():
    with unscoped():
        andina = make_organization("andina")
        with tenant(andina.pk):
            set_limit(andina, STORAGE, 100)

    def book(number):
        try:
            with unscoped(), tenant(andina.pk):
                return reserve(organization=andina, name=STORAGE, amount=10, key=f"upload:{number % 30}")
        except LimitReachedError:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        booked = list(threads.map(book, range(60)))

    assert booked.count(True) == 10
    with unscoped(), tenant(andina.pk):
        assert Usage.objects.get(name=STORAGE, period=STANDING).used == 100
        assert UsageEntry.objects.count() == 10
