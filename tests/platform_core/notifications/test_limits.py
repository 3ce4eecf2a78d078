"""News of limits and of work that is paused without room: told where it arises, once."""

import pytest

from platform_core.events.models import OutboxEvent
from platform_core.jobs.services import pause_for_room
from platform_core.kits.tenancy.scope import service, tenant
from platform_core.notifications.gathering import tell
from platform_core.organizations.models import PlanLimit
from platform_core.organizations.selectors.limits import STORAGE
from platform_core.organizations.services import limits


@pytest.fixture
def book(andina):
    with tenant(andina.pk):
        PlanLimit.objects.create(organization=andina, name=STORAGE, value=100)

    def go(amount, key):
        with tenant(andina.pk):
            limits.reserve(organization=andina, name=STORAGE, amount=amount, key=key)

    return go


def told_of(andina, type):
    with service("the test reads"):
        events = list(OutboxEvent.objects.filter(type=type, organization=andina).order_by("id"))
        tell(events)
    return [event.payload for event in events]


def test_administrators_hear_at_80_and_at_100_percent_and_not_in_between(andina, marta, ana, book, box):
    for amount, key in ((79, "a"), (1, "b"), (10, "c"), (10, "d")):
        book(amount, key)

    marks = told_of(andina, "limit.near")

    assert marks == [{"name": STORAGE, "percent": 80}, {"name": STORAGE, "percent": 100}]
    assert [one.facts["percent"] for one in box(marta)] == [80, 100]
    assert box(ana) == []


def test_a_refused_booking_tells_nothing(andina, marta, book, box):
    with pytest.raises(limits.LimitReachedError):
        book(101, "a")

    assert told_of(andina, "limit.near") == []


def test_a_mark_passed_twice_in_a_month_is_told_once(andina, marta, book, box):
    book(85, "a")
    with tenant(andina.pk):
        limits.release(organization=andina, key="a")
    book(85, "b")

    assert len(told_of(andina, "limit.near")) == 2
    assert len(box(marta)) == 1


def test_whoever_began_a_job_hears_that_it_is_paused_without_room(andina, marta, ana, job_of, box):
    job = job_of(ana)
    with tenant(andina.pk):
        assert pause_for_room(job=job) is True

    told_of(andina, "job.paused")

    assert [one.kind for one in box(ana)] == ["platform_core.job.paused"]
    assert box(marta) == []
