"""Active accounts: counted once a day and once a month, by the organization's clock, seen by nobody else."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from platform_core.access import request_log
from platform_core.access.models import ApiRequest
from platform_core.analytics.models import ActiveDay
from platform_core.analytics.periodic import forget_active_days
from platform_core.analytics.selectors import active, everybody, uses
from platform_core.analytics.services import note_activity
from platform_core.kits.api.rendering import dumps
from platform_core.kits.tenancy.scope import service, tenant, unscoped
from tests.factories.factors import sign_in_verified
from tests.factories.keys import make_key
from tests.factories.organizations import make_member, make_organization

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def frame():
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def marta(andina):
    return make_member(andina, "marta@andina.example", "owner")


@pytest.fixture
def ana(andina):
    return make_member(andina, "ana@andina.example", "viewer")


def note(organization, user, at=NOON, product="docuai"):
    with tenant(organization.pk):
        return note_activity(organization=organization, user_id=user.pk, product=product, now=at)


def rows(organization):
    with tenant(organization.pk):
        return sorted(ActiveDay.objects.values_list("day", "product", "user__email"))


def test_a_page_of_a_product_counts_its_reader_once_a_day(client, andina, marta):
    client.force_login(marta)
    with time_machine.travel(NOON, tick=False):
        for _ in range(3):
            assert client.get("/orgs/andina/docuai/runs/").status_code == 200
        client.get("/orgs/andina/members/")

    day = date(2026, 11, 24)
    assert rows(andina) == [(day, "docuai", marta.email), (day, "platform", marta.email)]


def test_a_later_request_of_the_day_asks_no_database(andina, marta, django_assert_num_queries):
    assert note(andina, marta) is True

    with django_assert_num_queries(0):
        assert note(andina, marta) is False


def test_what_a_page_asks_by_itself_and_what_is_refused_does_not_count(client, andina, ana):
    client.force_login(ana)

    assert client.get("/orgs/andina/jobs/", headers={"HX-Request": "true"}).status_code == 200
    assert client.get("/orgs/andina/audit/").status_code == 403

    assert rows(andina) == []


def test_the_day_is_the_one_where_the_organization_is(andina, marta, ana):
    andina.time_zone = "America/Lima"  # five hours behind
    andina.save()

    note(andina, marta, datetime(2026, 11, 24, 4, 59, tzinfo=UTC))
    note(andina, ana, datetime(2026, 11, 24, 5, 0, tzinfo=UTC))

    found = rows(andina)
    assert found == [(date(2026, 11, 23), "docuai", marta.email), (date(2026, 11, 24), "docuai", ana.email)]


def test_a_month_counts_an_account_once_and_products_overlap(andina, marta, ana):
    for day in (2, 3, 24):
        note(andina, marta, datetime(2026, 11, day, 12, tzinfo=UTC))
    note(andina, marta, product="platform")
    note(andina, ana, product="platform")
    note(andina, ana, datetime(2026, 10, 31, 12, tzinfo=UTC))

    with tenant(andina.pk):
        months = active(andina, by="month", now=NOON)
        days = active(andina, by="day", now=NOON)

    assert [(one.begins, one.accounts, one.products) for one in months[-2:]] == [
        (date(2026, 10, 1), 1, {"docuai": 1}),
        (date(2026, 11, 1), 2, {"docuai": 1, "platform": 2}),
    ]
    assert (len(months), sum(one.accounts for one in months[:-2])) == (12, 0)
    assert (days[-1].accounts, days[-1].products) == (2, {"docuai": 1, "platform": 2})
    assert (len(days), days[-2].accounts) == (30, 0)


def test_another_organization_sees_none_of_it_and_staff_count_a_person_once(andina, marta):
    norte = make_organization("norte")
    note(andina, marta)
    note(norte, marta, product="platform")

    with tenant(norte.pk):
        assert active(norte, by="day", now=NOON)[-1].products == {"platform": 1}
        assert ActiveDay.objects.count() == 1
    with service("the test counts"):
        assert everybody(date(2026, 11, 1)) == (1, 2)
        assert [(use.slug, use.accounts, use.products) for use in uses(date(2026, 11, 1))] == [
            ("andina", 1, {"docuai": 1}),
            ("norte", 1, {"platform": 1}),
        ]


def test_the_page_the_table_and_the_api_say_the_same_numbers(client, andina, marta, ana):
    note(andina, marta)
    note(andina, ana)
    client.force_login(marta)
    with time_machine.travel(NOON, tick=False):
        page = client.get("/orgs/andina/activity/")
        table = client.get("/orgs/andina/activity/csv/?by=month").content.decode().splitlines()
        told = client.get("/api/v1/orgs/andina/analytics/active/?by=month").json()

    assert page.context["running"].accounts == 2
    assert "2 accounts today so far." in page.content.decode()
    assert (table[0], table[-1]) == ("month,accounts,platform,docuai,api_calls", "2026-11-01,2,1,2,0")
    products = {"docuai": 2, "platform": 1}
    assert told["periods"][-1] == {"begins": "2026-11-01", "accounts": 2, "products": products, "api_calls": 0}


def test_without_anybody_the_page_says_so(client, andina, marta):
    client.force_login(marta)

    assert "Nobody was active in this time" in client.get("/orgs/andina/activity/").content.decode()


def test_another_way_of_counting_is_refused(client, andina, marta):
    client.force_login(marta)

    answer = client.get("/api/v1/orgs/andina/analytics/active/?by=week")

    assert (answer.status_code, rows(andina)) == (422, [])


def test_staff_see_a_month_of_every_organization(client, andina, marta):
    note(andina, marta)
    marta.is_staff = True
    marta.save()
    sign_in_verified(client, marta)

    with time_machine.travel(NOON, tick=False):
        shown = client.get("/admin/platform_core/activeday/figures/?month=2026-11")

    assert shown.status_code == 200
    assert [(use.slug, use.accounts) for use, _products in shown.context["rows"]] == [("andina", 1)]


def test_older_than_25_months_goes(andina, marta):
    note(andina, marta, datetime(2024, 9, 30, 12, tzinfo=UTC))
    note(andina, marta, datetime(2024, 10, 1, 12, tzinfo=UTC))

    with time_machine.travel(NOON, tick=False):
        assert forget_active_days() == 1

    assert [day for day, _product, _email in rows(andina)] == [date(2024, 10, 1)]


def call(organization, key, at):
    """The line of a call as the edge writes it."""
    line = {"organization_id": organization.pk, "key_id": key.pk, "at": at.timestamp(), "status": 200, "ms": 5}
    return dumps(line | {"method": "GET", "path": "/api/v1/me/", "request_id": "", "code": "", "detail": ""})


def store(monkeypatch, *lines):
    monkeypatch.setattr(request_log, "take_lines", lambda _journal, _most: list(lines))
    with service("the test stores"):
        assert request_log.store_lines() == len(lines)


def test_calls_of_live_keys_are_counted_by_the_organizations_day_and_shown_beside_the_accounts(
    client, andina, marta, monkeypatch
):
    andina.time_zone = "America/La_Paz"  # four hours behind
    andina.save()
    live, trial = make_key(andina)[0], make_key(andina, is_test=True)[0]
    late = datetime(2026, 11, 24, 3, 59, tzinfo=UTC)
    store(monkeypatch, call(andina, live, NOON), call(andina, live, late), call(andina, trial, NOON))
    store(monkeypatch, call(andina, live, NOON), call(andina, live, NOON))
    with tenant(andina.pk):
        days, months = (active(andina, by=by, now=NOON) for by in ("day", "month"))
    with service("the test counts"):
        told = [(use.slug, use.accounts, use.api_calls) for use in uses(date(2026, 11, 1))]
        assert ApiRequest.objects.count() == 5
    client.force_login(marta)
    with time_machine.travel(NOON, tick=False):
        page = client.get("/orgs/andina/activity/").content.decode()

    assert [one.api_calls for one in days[-3:]] == [0, 1, 3]
    assert (months[-1].api_calls, months[-1].accounts, told) == (4, 0, [("andina", 0, 4)])
    assert "API calls" in page
