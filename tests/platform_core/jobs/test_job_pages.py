"""The pages of background work: seen by members, steered by those who may, honest about state."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from platform_core.audit.models import AuditEvent
from platform_core.jobs import periodic, selectors, services
from platform_core.jobs.models import Job, JobLogLine
from platform_core.jobs.registry import KINDS, Progress, register_kind
from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.factories.organizations import make_member, make_organization


@pytest.fixture(autouse=True)
def frame():
    kinds = dict(KINDS)
    with unscoped():
        yield
    KINDS.clear()
    KINDS.update(kinds)


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def job(andina):
    return make_job(andina)


def make_job(organization, state="running", **fields):
    values = {"kind": "test.work", "title": "Count the stars", "total": 10, **fields}
    with tenant(organization.pk):
        made = services.start_job(actor=None, organization=organization, **values)
        Job.objects.filter(pk=made.pk).update(state=state)
        return Job.objects.get(pk=made.pk)


@pytest.fixture
def signed_in(client, andina):
    def sign_in(role="editor", organization=andina):
        client.force_login(make_member(organization, f"{role}@{organization.slug}.example", role))
        return client

    return sign_in


def reread(job):
    with tenant(job.organization_id):
        return Job.objects.get(pk=job.pk)


def steer(client, job, to):
    return client.post(f"/orgs/andina/jobs/{job.pk}/steer/", {"to": to})


def test_a_member_sees_the_list_and_the_job_with_its_log(signed_in, job):
    client = signed_in("viewer")
    with tenant(job.organization_id):
        services.log(job=job, message="Finished: %(done)s done, %(failed)s failed", done=1234, failed=0)

    listed = client.get("/orgs/andina/jobs/").content.decode()
    page = client.get(f"/orgs/andina/jobs/{job.pk}/").content.decode()

    assert f"/orgs/andina/jobs/{job.pk}/" in listed
    assert "Finished: 1,234 done, 0 failed" in page
    assert "Pause job" not in page
    assert 'hx-trigger="every 2s"' in page


def test_the_page_asks_for_a_part_of_itself_until_the_job_has_ended(signed_in, job):
    client = signed_in()
    part = client.get(f"/orgs/andina/jobs/{job.pk}/", headers={"HX-Request": "true", "HX-Target": "div#job"})
    assert "<html" not in part.content.decode()

    with tenant(job.organization_id):
        services.finish(job=job, done=10, failed=0)

    ended = client.get(f"/orgs/andina/jobs/{job.pk}/").content.decode()
    assert "hx-trigger" not in ended.partition('id="job"')[2].partition(">")[0]


def test_the_list_is_filtered_by_state_and_words(signed_in, andina):
    make_job(andina, title="Open one")
    make_job(andina, title="Parked one", state="parked")
    client = signed_in()

    assert "Parked one" not in client.get("/orgs/andina/jobs/?state=open").content.decode()
    assert "Open one" not in client.get("/orgs/andina/jobs/?state=attention").content.decode()
    assert "No job fits the filter" in client.get("/orgs/andina/jobs/?q=nothing").content.decode()


@pytest.mark.parametrize(
    ("state", "to", "then"),
    [
        ("running", "pause", "paused"),
        ("queued", "cancel", "canceled"),
        ("paused", "resume", "queued"),
        ("parked", "retry", "queued"),
        ("failed", "retry", "queued"),
    ],
)
def test_a_job_is_steered_along_its_states_and_written_down(signed_in, andina, state, to, then):
    job = make_job(andina, state, reason="why")
    client = signed_in()

    assert steer(client, job, to).status_code == 302

    found = reread(job)
    assert (found.state, found.reason) == (then, "")
    with tenant(andina.pk):
        assert AuditEvent.objects.get(action=f"job.{then}").changes == {"state": [state, then]}
    assert "by editor" in client.get(f"/orgs/andina/jobs/{job.pk}/").content.decode()


@pytest.mark.parametrize(
    ("state", "to"), [("done", "pause"), ("canceled", "retry"), ("running", "resume"), ("running", "x")]
)
def test_what_the_state_does_not_allow_changes_nothing_and_says_so(signed_in, andina, state, to):
    job = make_job(andina, state)

    answer = steer(signed_in(), job, to)

    assert answer.status_code == 409
    assert "not possible" in answer.content.decode()
    assert reread(job).state == state


def test_a_viewer_may_not_steer_and_a_stranger_finds_nothing(signed_in, job):
    assert steer(signed_in("viewer"), job, "cancel").status_code == 403
    client = signed_in("owner", make_organization("norte"))
    assert client.get(f"/orgs/andina/jobs/{job.pk}/").status_code == 404
    assert client.get(f"/orgs/norte/jobs/{job.pk}/").status_code == 404
    assert steer(client, job, "cancel").status_code == 404
    assert reread(job).state == "running"


def test_a_kind_brings_its_page_its_counts_and_its_own_steering(signed_in, andina):
    steered = []
    register_kind(
        "test.own",
        label="Own work",
        page_url=lambda job, slug: f"/orgs/{slug}/own/",
        progress=lambda job: Progress(3, 1, 2),
        steer=lambda **step: steered.append(step["to"]),
        steps=("pause",),
    )
    job = make_job(andina, kind="test.own")
    client = signed_in()

    page = client.get(f"/orgs/andina/jobs/{job.pk}/").content.decode()
    assert 'href="/orgs/andina/own/"' in page
    assert "Cancel job" not in page
    assert ">4 <small>of 10" in page
    steer(client, job, "pause")
    assert steer(client, job, "cancel").status_code == 409

    assert steered == ["pause"]


def test_a_parked_job_says_why_and_waits_for_a_person(signed_in, andina, job):
    with tenant(andina.pk):
        assert services.park(job=job, reason="Three workers died on row 7.")
        assert not services.park(job=job, reason="again")

    page = signed_in().get(f"/orgs/andina/jobs/{job.pk}/").content.decode()

    assert "Three workers died on row 7." in page
    assert "Try again" in page


def test_the_pace_leaves_pauses_out(andina):
    start = timezone.now()
    job = make_job(andina, total=100)
    with tenant(andina.pk):
        marks = [("Started", 0), ("Paused by %(by)s", 60), ("Started", 600), ("Paused: no room", 660), ("Started", 900)]
        Job.objects.filter(pk=job.pk).update(started_at=start)
        for message, seconds in marks:
            line = JobLogLine.objects.create(organization=andina, job=job, message=message)
            JobLogLine.objects.filter(pk=line.pk).update(at=start + timedelta(seconds=seconds))
        with time_machine.travel(start + timedelta(seconds=960), tick=False):
            found = selectors.pace(reread(job), done=60)

    assert found.per_minute == pytest.approx(20)
    assert found.ends_at == start + timedelta(seconds=960 + 120)


def test_the_pace_is_not_guessed_before_anything_is_done(andina, job):
    with tenant(andina.pk):
        assert selectors.pace(job, done=0) == selectors.Pace(None, None)


def test_without_room_open_jobs_pause_with_the_reason_and_go_on_when_there_is_some(signed_in, andina, job, settings):
    by_person = make_job(andina, "paused")
    settings.MIN_FREE_PERCENT = 100

    assert periodic.watch_room() == 1
    assert periodic.watch_room() == 0
    client = signed_in()
    page = client.get(f"/orgs/andina/jobs/{job.pk}/").content.decode()
    assert "Paused: no room." in page
    assert "Nothing lost." in page

    settings.MIN_FREE_PERCENT = 0
    assert periodic.watch_room() == 1

    assert (reread(job).state, reread(job).reason) == ("queued", "")
    assert reread(by_person).state == "paused"
