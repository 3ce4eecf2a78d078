"""The log of calls by key: what was called and how it ended, without a query of the call's own; the key's page and REST."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from platform_core.access import periodic
from platform_core.access.models import ApiRequest
from platform_core.access.request_log import JOURNAL
from platform_core.access.samples import samples_for
from platform_core.kits.api.throttling import take_lines
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.permissions import JOB_VIEW, KEY_MANAGE
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_member, make_organization

JOBS = "/api/v1/orgs/andina/jobs/"


@pytest.fixture(autouse=True)
def frame():
    with unscoped():
        take_lines(JOURNAL, 1_000_000)  # of other tests
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


def stored(organization):
    periodic.store_api_requests()
    with tenant(organization.pk):
        return list(ApiRequest.objects.order_by("id"))


def test_a_call_is_noted_with_how_it_ended_and_nothing_of_what_was_sent(client, andina):
    key, secret = make_key(andina, [JOB_VIEW])

    ok = client.get(f"{JOBS}?state=done", headers=bearer(secret))
    refused = client.post("/api/v1/orgs/andina/keys/", {"name": "hidden"}, headers=bearer(secret))

    first, second = stored(andina)
    assert (first.key_id, first.method, first.path, first.status, first.code) == (key.pk, "GET", JOBS, 200, "")
    assert first.request_id == ok["X-Request-ID"]
    assert (second.method, second.status, second.code) == ("POST", 403, refused.json()["code"])
    assert second.detail == refused.json()["detail"]
    assert "hidden" not in str([row.__dict__ for row in (first, second)])
    assert "state" not in first.path


def test_a_call_of_a_key_pays_no_query_for_its_line_or_its_limits(client, andina):
    _key, secret = make_key(andina, [JOB_VIEW])
    client.get(JOBS, headers=bearer(secret))

    with CaptureQueriesContext(connection) as queries:
        client.get(JOBS, headers=bearer(secret))

    assert len(queries) == 1  # the list itself
    assert len(stored(andina)) == 2


def test_a_path_that_no_table_takes_is_noted_without_what_is_wrong_with_it(client, andina):
    _key, secret = make_key(andina, [JOB_VIEW])

    client.get(f"{JOBS}?q=%00", headers=bearer(secret))
    client.get("/api/v1/orgs/andina/docuai/runs/" + "x" * 400, headers=bearer(secret))

    assert [row.path for row in stored(andina)] == [JOBS]  # what is no operation has no caller either


def test_lines_are_kept_seven_days(client, andina):
    _key, secret = make_key(andina, [JOB_VIEW])
    with time_machine.travel(timezone.now() - timezone.timedelta(days=7, minutes=1), tick=False):
        client.get(JOBS, headers=bearer(secret))
    client.get(JOBS, headers=bearer(secret))
    assert len(stored(andina)) == 2

    assert periodic.forget_api_requests() == 1
    assert len(stored(andina)) == 1


def test_rest_lists_calls_by_outcome_method_and_text_in_pages(client, andina):
    key, secret = make_key(andina, [JOB_VIEW, KEY_MANAGE])
    url = f"/api/v1/orgs/andina/keys/{key.pk}/requests/"
    client.get(JOBS, headers=bearer(secret))
    client.get(f"{JOBS}?state=happy", headers=bearer(secret))
    client.delete(f"{JOBS}", headers=bearer(secret))
    stored(andina)

    def statuses(query):
        return [row["status"] for row in client.get(f"{url}?{query}", headers=bearer(secret)).json()["results"]]

    assert statuses("") == [405, 422, 200]
    assert statuses("status=4&method=GET") == [422]
    assert statuses("q=invalid") == [422]
    first = client.get(f"{url}?limit=2", headers=bearer(secret)).json()
    assert [row["status"] for row in client.get(first["next"], headers=bearer(secret)).json()["results"]] == [200]
    assert client.get(f"{url}?status=9", headers=bearer(secret)).status_code == 422


def test_the_calls_of_another_organization_are_not_there(client, andina):
    norte = make_organization("norte")
    other, other_secret = make_key(norte)
    client.get("/api/v1/orgs/norte/jobs/", headers=bearer(other_secret))
    stored(norte)
    _key, secret = make_key(andina)

    assert client.get(f"/api/v1/orgs/andina/keys/{other.pk}/requests/", headers=bearer(secret)).status_code == 404


def test_the_page_of_a_key_shows_its_calls_filtered_by_the_address_and_programs_with_its_own_address(client, andina):
    key, secret = make_key(andina, [JOB_VIEW])
    answer = client.get(JOBS, headers=bearer(secret))
    client.get(f"{JOBS}?state=happy", headers=bearer(secret))
    stored(andina)
    client.force_login(make_member(andina, "marta@andina.example"))
    url = f"/orgs/andina/keys/{key.pk}/"

    page = client.get(url).content.decode()
    refused = client.get(f"{url}?status=4").content.decode()
    nothing = client.get(f"{url}?q=zzz&before=nonsense").content.decode()

    assert "http://testserver/api/v1/orgs/andina/jobs/?limit=5" in page
    assert f"/orgs/andina/audit/?q={answer['X-Request-ID']}" in page
    assert "There is no job state" in refused or "not a valid choice" in refused
    assert answer["X-Request-ID"] not in refused
    assert "No call fits." in nothing
    assert secret[16:] not in page


def test_programs_call_what_the_key_may_and_else_ask_who_they_are():
    found = samples_for(base="https://x/api/v1/", slug="andina", scopes=["a"], offered=[("b", "runs/"), ("a", "jobs/")])
    bare = samples_for(base="https://x/api/v1/", slug="andina", scopes=[], offered=[("b", "runs/")])

    assert [each.language for each in found] == ["curl", "Python", "TypeScript"]
    assert all("https://x/api/v1/orgs/andina/jobs/" in each.source for each in found)
    assert all("https://x/api/v1/me/" in each.source for each in bare)
    assert all("PORTFOLIO_KEY" in each.source for each in found)
