"""The outbox is read in commit order, each event once a consumer, and one that commits late is not missed."""

import threading

import pytest
from django.db import connection, transaction

from platform_core.events.models import EventCursor, OutboxEvent
from platform_core.events.services import emit, read
from platform_core.kits.tenancy.scope import service, tenant, unscoped
from tests.factories.organizations import make_organization
from tests.settling import settle

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def frame():
    with unscoped():
        yield


@pytest.fixture
def andina():
    return make_organization("andina")


def tell(organization, name):
    with tenant(organization.pk):
        emit(type=name, organization_id=organization.pk, payload={})


def read_types(consumer="test", **options):
    settle()
    return read_now(consumer, **options)


def read_now(consumer="test", **options):
    seen = []
    with service("the test reads"):
        while read(consumer=consumer, handle=lambda events: seen.extend(event.type for event in events), **options):
            pass
    return seen


def test_each_consumer_reads_every_event_once_in_order(andina):
    for name in ("a", "b", "c"):
        tell(andina, name)

    assert read_types(limit=2) == ["a", "b", "c"]
    assert read_types() == []
    assert read_types("another") == ["a", "b", "c"]


def test_events_of_one_transaction_keep_their_order(andina):
    with transaction.atomic():
        for number in range(5):
            tell(andina, str(number))

    assert read_types(limit=2) == ["0", "1", "2", "3", "4"]


def test_types_narrow_what_is_handed_over_and_the_cursor_passes_the_rest(andina):
    for name in ("docuai.run.started", "file.stored", "file.deleted"):
        tell(andina, name)

    assert read_types(types=["file."]) == ["file.stored", "file.deleted"]
    assert read_types() == []


def test_a_transaction_that_began_first_and_commits_last_is_not_missed(andina):
    begun, go_on = threading.Event(), threading.Event()

    def late():
        try:
            with unscoped(), transaction.atomic():
                tell(andina, "late")
                begun.set()
                go_on.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=late)
    thread.start()
    assert begun.wait(30)
    tell(andina, "early")

    before = read_now()
    go_on.set()
    thread.join(30)

    assert before == [], "an event was read although one before it may still come"
    assert read_types() == ["late", "early"]


def test_what_the_consumer_raises_undoes_its_changes_and_the_events_come_again(andina):
    tell(andina, "a")
    settle()

    def broken(events):
        EventCursor.objects.create(consumer="a change of the consumer")
        raise RuntimeError("broken")

    with service("the test reads"), pytest.raises(RuntimeError):
        read(consumer="test", handle=broken)

    assert not EventCursor.objects.filter(consumer="a change of the consumer").exists()
    assert read_types() == ["a"]


def test_of_two_readers_with_one_name_one_reads(andina):
    tell(andina, "a")
    settle()
    counts = []

    def second():
        try:
            with unscoped(), service("the test reads"):
                counts.append(read(consumer="test", handle=lambda events: None))
        finally:
            connection.close()

    def handle(events):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(30)

    with service("the test reads"):
        read(consumer="test", handle=lambda events: None, limit=0)
        counts.append(read(consumer="test", handle=handle))

    assert counts == [0, 1]


def test_an_event_belongs_to_its_organization(andina):
    norte = make_organization("norte")
    tell(norte, "a")

    with tenant(andina.pk):
        assert not OutboxEvent.objects.exists()
