"""Claims over all organizations are fair, and no row is claimed twice."""

import threading
from collections import Counter

import pytest
from django.db import connection

from platform_core.jobs.models import Job
from platform_core.kits.tenancy.scope import service, tenant, unscoped
from platform_core.kits.work.claiming import claim_in_turns
from tests.factories.organizations import make_organization

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def frame():
    with unscoped():
        yield


def make_rows(organization, count):
    with tenant(organization.pk):
        Job.objects.bulk_create(Job(organization=organization, kind="t", title="t") for _ in range(count))


def test_two_thousand_rows_of_one_organization_do_not_stop_anothers_ten():
    andina, norte = make_organization("andina"), make_organization("norte")
    make_rows(andina, 2000)
    make_rows(norte, 10)

    first = claim_in_turns(Job, limit=20)
    second = claim_in_turns(Job, limit=20)

    assert {owner: len(ids) for owner, ids in first.ids.items()} == {andina.pk: 10, norte.pk: 10}
    assert list(second.ids) == [andina.pk]
    with tenant(norte.pk):
        assert Counter(Job.objects.values_list("state", "attempts")) == {("running", 1): 10}


def test_more_organizations_than_rows_asked_for_all_get_their_turn():
    organizations = [make_organization(f"o{n}") for n in range(6)]
    for organization in organizations:
        make_rows(organization, 2)

    claims = [claim_in_turns(Job, limit=4).ids for _ in range(12)]

    assert [len(ids) for ids in claims[0].values()] == [1, 1, 1, 1]
    assert sum(len(ids) for found in claims for ids in found.values()) == 12


def test_workers_at_the_same_moment_never_claim_the_same_row():
    organization = make_organization("andina")
    make_rows(organization, 200)
    found, start = [], threading.Barrier(4)

    def work():
        try:
            with unscoped():
                start.wait(30)
                while ids := claim_in_turns(Job, limit=10).ids:
                    found.extend(ids[organization.pk])
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(found) == len(set(found)) == 200
    with service("the test looks"):
        assert not Job.objects.exclude(state="running", attempts=1).exists()
