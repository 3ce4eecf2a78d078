"""Lists: cursors that survive what comes and goes, filters that refuse what they do not know, few queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from platform_core.jobs.models import Job
from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_member, make_organization

JOBS = "/api/v1/orgs/andina/jobs/"


@pytest.fixture(autouse=True)
def frame():
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def call(client, andina):
    _key, secret = make_key(andina)
    return lambda url: client.get(url, headers=bearer(secret))


def make_jobs(organization, count, **fields):
    with tenant(organization.pk):
        return [Job.objects.create(organization=organization, kind="t", title=str(n), **fields) for n in range(count)]


def titles(answer):
    return [row["title"] for row in answer.json()["results"]]


def test_following_next_shows_every_row_once_though_rows_come_and_go(call, andina):
    jobs = make_jobs(andina, 7)

    first = call(f"{JOBS}?limit=3")
    make_jobs(andina, 2)  # newer: they belong before the first page
    with tenant(andina.pk):
        Job.objects.filter(pk=jobs[4].pk).delete()  # the last row shown: the cursor needs its key only
    second = call(first.json()["next"])
    third = call(second.json()["next"])

    assert [titles(page) for page in (first, second, third)] == [["6", "5", "4"], ["3", "2", "1"], ["0"]]
    assert third.json()["next"] is None


def test_next_keeps_the_filter(call, andina):
    make_jobs(andina, 3, state="done")
    make_jobs(andina, 3, state="failed")

    first = call(f"{JOBS}?state=done&limit=2")

    assert titles(first) == ["2", "1"]
    assert titles(call(first.json()["next"])) == ["0"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("cursor=zzz", "cursor"),
        ("cursor=W10", "cursor"),
        ("cursor=WyJ4Il0", "cursor"),
        ("cursor=W251bGxd", "cursor"),
        ("cursor=" + "A" * 2000, "cursor"),
        ("cursor=%00", "cursor"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=٣", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("state=happy", "state"),
        ("sate=done", "sate"),
        ("kind=%00", "kind"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named(call, query, parameter):
    answer = call(f"{JOBS}?{query}")

    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (422, parameter)


def test_a_hot_list_of_a_key_is_one_query(call, andina):
    make_jobs(andina, 30)
    call(JOBS)

    with CaptureQueriesContext(connection) as queries:
        answer = call(JOBS)

    assert (len(answer.json()["results"]), len(queries)) == (25, 1)


def test_a_list_of_another_organization_holds_nothing_of_ours(call, andina):
    norte = make_organization("norte")
    make_jobs(norte, 3)

    assert titles(call(JOBS)) == []


def test_me_is_a_person_with_all_organizations_or_a_key_with_one(client, andina):
    user = make_member(andina, "ana@andina.example", "viewer")
    client.force_login(user)

    person = client.get("/api/v1/me/").json()
    client.logout()
    key, secret = make_key(andina, ["docuai.run.view"])
    program = client.get("/api/v1/me/", headers=bearer(secret)).json()

    assert (person["kind"], person["person"]["email"], person["key"]) == ("person", "ana@andina.example", None)
    assert [(o["slug"], o["role"]) for o in person["organizations"]] == [("andina", "viewer")]
    assert "docuai.run.view" in person["organizations"][0]["scopes"]
    assert (program["kind"], program["person"], program["key"]["id"]) == ("key", None, str(key.pk))
    assert program["organizations"] == [
        {"slug": "andina", "name": "Andina", "role": None, "scopes": ["docuai.run.view"]}
    ]


def test_the_audit_log_is_narrowed_by_what_was_done_and_when(client, andina):
    key, secret = make_key(andina)
    url = "/api/v1/orgs/andina/audit/"

    def actions(query):
        return [row["action"] for row in client.get(f"{url}?{query}", headers=bearer(secret)).json()["results"]]

    assert actions("action=key.created") == ["key.created"]
    assert actions("action=key.revoked") == []
    assert actions(f"target_type=platform_core.apikey&target_id={key.pk}") == ["key.created"]
    assert actions("since=2001-01-01T00:00:00Z&until=2001-01-02T00:00:00Z") == []
    assert actions("outcome=denied") == []


def test_members_and_the_organization_are_shown_as_they_are(call, andina):
    make_member(andina, "ana@andina.example", "viewer")

    (member,) = call("/api/v1/orgs/andina/members/").json()["results"]
    shown = call("/api/v1/orgs/andina/").json()

    assert (member["email"], member["role"], member["name"]) == ("ana@andina.example", "viewer", "ana")
    assert (shown["slug"], shown["name"], shown["time_zone"]) == ("andina", "Andina", "UTC")


def test_a_job_is_shown_by_its_id(call, andina):
    (job,) = make_jobs(andina, 1)

    assert call(f"{JOBS}{job.pk}/").json()["title"] == "0"
    assert call(f"{JOBS}01980000-0000-7000-8000-000000000000/").status_code == 404


def test_a_job_is_steered_by_its_kind_or_moved_alone_and_a_step_too_many_is_a_conflict(client, andina, call):
    _key, secret = make_key(andina)
    (job,) = make_jobs(andina, 1)

    def step(name):
        return client.post(f"{JOBS}{job.pk}/{name}/", headers=bearer(secret))

    states = [step(name).json().get("state") for name in ("pause", "resume", "cancel")]

    assert states == ["paused", "queued", "canceled"]
    again = step("pause")
    assert (again.status_code, again.json()["code"]) == (409, "job_state")
    with tenant(andina.pk):
        assert Job.objects.get(pk=job.pk).state == "canceled"


def test_a_job_of_another_organization_cannot_be_steered(client, andina):
    _key, secret = make_key(andina)
    (job,) = make_jobs(make_organization("norte"), 1)

    assert client.post(f"{JOBS}{job.pk}/pause/", headers=bearer(secret)).status_code == 404
