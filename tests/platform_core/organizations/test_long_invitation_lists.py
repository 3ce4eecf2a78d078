"""Lists of more than 500: judged at once, sent by a job that can be paused, and that repeats nothing."""

import pytest

from platform_core.accounts.models import User
from platform_core.audit.models import AuditEvent
from platform_core.jobs.models import Job
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations import listing, periodic, tasks
from platform_core.organizations.models import Membership
from tests.factories.organizations import make_member
from tests.platform_core.organizations.test_invitation_lists import API, ask, inside, limited, send
from tests.platform_core.organizations.test_invitations import invitations, mails

pytestmark = pytest.mark.django_db


@pytest.fixture
def quick(cast, monkeypatch):
    """A job from three lines on, two a step; the plan has no limit."""
    monkeypatch.setattr("platform_core.organizations.services.inviting_many.MOST_AT_ONCE", 2)
    monkeypatch.setattr(listing, "BATCH", 2)
    limited(cast, -1)
    return cast


def lines(many):
    return "\n".join(f"p{n}@x.example" for n in range(many))


def the_job(cast):
    with unscoped(), inside(cast):
        return Job.objects.get(kind=listing.JOB_KIND)


def work(cast):
    tasks.invite_list(organization_id=str(cast.andina.pk), job_id=str(the_job(cast).pk))
    return the_job(cast)


def test_a_list_of_more_than_500_is_judged_at_once_and_sent_by_a_job_whose_page_opens(cast):
    limited(cast, -1)
    page = ask(cast, lines(501))
    assert "A job sends them" in page.content.decode()

    answer = send(cast, page)

    job = the_job(cast)
    assert answer["Location"] == f"/orgs/andina/jobs/{job.pk}/"
    assert (job.title, job.total, job.state, len(job.parameters["people"])) == ("Invite a list", 501, "queued", 501)
    assert invitations(cast) == []
    shown = cast.client(cast.admin).get(answer["Location"]).content.decode()
    assert "Invite a list" in shown
    assert "of 501" in shown
    with unscoped(), inside(cast):
        assert AuditEvent.objects.get(action="invitation.list").changes == {"people": [None, 501]}


def test_the_job_invites_everybody_once_whatever_is_delivered_twice_and_forgets_the_addresses(quick):
    send(quick, ask(quick, lines(5)))

    work(quick)
    job = work(quick)

    assert (job.state, job.done, job.failed, job.parameters) == ("done", 5, 0, {})
    assert sorted(row.email for row in invitations(quick)) == [f"p{n}@x.example" for n in range(5)]
    assert len(mails(quick)) == 5


def test_who_joined_meanwhile_is_not_written_to_and_the_page_says_so(quick):
    send(quick, ask(quick, lines(3)))
    with unscoped():
        make_member(quick.andina, "p1@x.example", "viewer")

    job = work(quick)

    assert (job.state, job.done, job.failed, job.result) == ("partial", 2, 1, {"refused": {"member": 1}})
    assert sorted(row.email for row in invitations(quick)) == ["p0@x.example", "p2@x.example"]
    shown = quick.client(quick.admin).get(f"/orgs/andina/jobs/{job.pk}/").content.decode()
    assert "A member already" in shown


def test_who_may_not_invite_any_more_has_nobody_invited(quick):
    send(quick, ask(quick, lines(3)))
    with unscoped(), inside(quick):
        Membership.objects.filter(user=quick.admin).update(role="viewer")

    job = work(quick)

    assert (job.state, job.failed, job.result) == ("failed", 3, {"refused": {"not_allowed": 3}})
    assert (invitations(quick), mails(quick)) == ([], [])


def test_a_paused_list_stands_still_and_goes_on_when_it_is_resumed(quick):
    send(quick, ask(quick, lines(3)))
    steer = f"/orgs/andina/jobs/{the_job(quick).pk}/steer/"
    quick.client(quick.admin).post(steer, {"to": "pause"})
    assert work(quick).state == "paused"
    assert invitations(quick) == []

    quick.client(quick.admin).post(steer, {"to": "resume"})

    assert work(quick).state == "done"
    assert len(invitations(quick)) == 3


def test_a_list_whose_message_was_lost_is_woken_and_a_canceled_one_loses_its_addresses(quick, monkeypatch):
    woken = []
    monkeypatch.setattr(periodic, "publish", lambda task, **about: woken.append(about["job_id"]))
    send(quick, ask(quick, lines(3)))
    job = the_job(quick)
    with unscoped(), inside(quick):
        Job.objects.filter(pk=job.pk).update(created_at="2026-11-01T00:00Z")

    assert periodic.wake_lists() == 1
    assert woken == [str(job.pk)]
    quick.client(quick.admin).post(f"/orgs/andina/jobs/{job.pk}/steer/", {"to": "cancel"})
    assert periodic.wake_lists() == 0
    assert the_job(quick).parameters == {}


def test_the_api_answers_202_with_the_job_and_the_fate_of_each_item(quick):
    people = [{"email": f"p{n}@x.example"} for n in range(3)] + [{"email": "no"}]

    answer = quick.client(quick.admin).post(API, {"invitations": people}, "application/json")

    assert answer.status_code == 202
    said = answer.json()
    assert (said["sent"], said["job"]) == (0, str(the_job(quick).pk))
    assert [row["result"] for row in said["results"]] == ["invited"] * 3 + ["bad_address"]
    assert work(quick).done == 3


def test_ten_thousand_items_are_taken_and_one_more_is_refused(quick):
    people = [{"email": f"p{n}@x.example"} for n in range(10_001)]

    refused = quick.client(quick.admin).post(API, {"invitations": people}, "application/json")
    taken = quick.client(quick.admin).post(API, {"invitations": people[1:]}, "application/json")

    assert (refused.status_code, taken.status_code) == (422, 202)
    assert the_job(quick).total == 10_000
    with unscoped(), tenant(quick.andina.pk):
        assert User.objects.filter(email__startswith="p").count() == 0
